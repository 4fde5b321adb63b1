package dev.lorax.jinja;

/**
 * A text that is looked for in others, in a time that grows with the length of both: as Knuth,
 * Morris and Pratt do it, for {@code String.indexOf} compares anew at every place.
 */
final class Sought {
  /** So few characters are found sooner by {@code String.indexOf}. */
  private static final int SHORT = 16;

  private final String part;
  private final boolean backwards;
  private final int[] borders;

  /** A text to be found from the left, or from the right. */
  Sought(String part, boolean backwards) {
    this.part = part;
    this.backwards = backwards;
    this.borders = part.length() > SHORT ? borders() : null;
  }

  /** For each beginning of the part: the length of its longest other beginning that ends it. */
  private int[] borders() {
    int[] lengths = new int[part.length()];
    for (int i = 1, length = 0; i < lengths.length; i++) {
      while (length > 0 && at(part, i) != at(part, length)) {
        length = lengths[length - 1];
      }
      length += at(part, i) == at(part, length) ? 1 : 0;
      lengths[i] = length;
    }
    return lengths;
  }

  private char at(String text, int index) {
    return text.charAt(backwards ? text.length() - 1 - index : index);
  }

  /** Where it is first, or last; below 0: nowhere. */
  int in(String text) {
    return in(text, backwards ? text.length() : 0);
  }

  /** Where it is first at or after a place, or last before it; below 0: nowhere. */
  int in(String text, int place) {
    if (borders == null) {
      return backwards ? text.lastIndexOf(part, place - part.length()) : text.indexOf(part, place);
    }
    int found = fromNearEnd(text, backwards ? text.length() - place : place);
    return found < 0 || !backwards ? found : text.length() - found - part.length();
  }

  private int fromNearEnd(String text, int start) {
    int same = 0;
    for (int i = start; i < text.length(); i++) {
      while (same > 0 && at(text, i) != at(part, same)) {
        same = borders[same - 1];
      }
      same += at(text, i) == at(part, same) ? 1 : 0;
      if (same == part.length()) {
        return i + 1 - same;
      }
    }
    return -1;
  }
}
