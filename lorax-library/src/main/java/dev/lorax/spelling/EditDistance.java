package dev.lorax.spelling;

import java.util.Arrays;

/** The distance between words (Levenshtein 1966). */
public final class EditDistance {
  private EditDistance() {}

  /** How many characters to insert, drop or change to get from one word to the other. */
  public static int between(String one, String other) {
    int[] row = new int[other.length() + 1]; // from the first i of one to the first j of other
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
