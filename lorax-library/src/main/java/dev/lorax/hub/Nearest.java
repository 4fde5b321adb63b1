package dev.lorax.hub;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody may have meant. */
final class Nearest {
  private Nearest() {}

  /** The name that differs least, if that is little. */
  static Optional<String> to(String name, Collection<String> known) {
    int limit = Math.max(2, name.length() / 4);
    return known.stream()
        .min(Comparator.comparingInt(other -> distance(name, other)))
        .filter(other -> distance(name, other) <= limit);
  }

  /** Levenshtein's distance, where upper and lower case are the same. */
  private static int distance(String one, String other) {
    String left = one.toLowerCase(Locale.ROOT);
    String right = other.toLowerCase(Locale.ROOT);
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[right.length()];
  }
}
