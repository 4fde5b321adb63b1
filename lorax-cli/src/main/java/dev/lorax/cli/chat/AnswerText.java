package dev.lorax.cli.chat;

/** An answer while it comes, without the blanks around it. */
final class AnswerText {
  private final StringBuilder text = new StringBuilder();
  private int given;

  /** Takes a piece; returns what is sure to belong to the answer by now. */
  String add(String piece) {
    text.append(text.length() == 0 ? piece.stripLeading() : piece);
    int end = text.length();
    while (end > given && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    String fresh = text.substring(given, end);
    given = end;
    return fresh;
  }

  /** All of it so far. */
  String whole() {
    return text.substring(0, given);
  }
}
