package dev.lorax.generate;

import java.util.List;

/**
 * Passes text on until a stop string comes up, and holds back only what may be the beginning of
 * one.
 *
 * <p>What comes out does not depend on how the text was cut into pieces: the string that is
 * complete first counts, and of those complete at once the longest.
 */
final class StopStrings {
  private final List<String> strings;
  private final StringBuilder pending = new StringBuilder();
  private boolean found;

  StopStrings(List<String> strings) {
    this.strings = strings;
  }

  /** Takes the next piece and returns the text that is certain to come before any stop string. */
  String next(String piece) {
    if (found) {
      return "";
    }
    pending.append(piece);
    int cut = cut();
    found = cut >= 0;
    return take(found ? cut : pending.length() - heldBack());
  }

  /** Ends the text: returns what was held back. */
  String finish() {
    return found ? "" : take(pending.length());
  }

  /** Whether a stop string came up; from then on all text is dropped. */
  boolean isFound() {
    return found;
  }

  private String take(int end) {
    String text = pending.substring(0, end);
    pending.delete(0, end);
    return text;
  }

  /** Where the stop string that is complete first begins, or −1. */
  private int cut() {
    int cut = -1;
    int first = Integer.MAX_VALUE;
    for (String string : strings) {
      int start = pending.indexOf(string);
      int end = start + string.length();
      if (start >= 0 && (end < first || end == first && start < cut)) {
        cut = start;
        first = end;
      }
    }
    return cut;
  }

  /** The length of the longest end of the text that begins a stop string. */
  private int heldBack() {
    int longest = 0;
    for (String string : strings) {
      int length = Math.min(string.length() - 1, pending.length());
      while (length > longest && !endsWith(string, length)) {
        length--;
      }
      longest = Math.max(longest, length);
    }
    return longest;
  }

  private boolean endsWith(String string, int length) {
    int start = pending.length() - length;
    for (int i = 0; i < length; i++) {
      if (pending.charAt(start + i) != string.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
