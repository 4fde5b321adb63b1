package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Python's strings, which count code points where Java counts UTF-16 units. */
final class Text {
  /** No string of a template grows beyond this, in UTF-16 units. */
  private static final int LONGEST = 1 << 26;

  private Text() {}

  /** Whether Python's {@code str.isspace} holds. */
  static boolean isSpace(int c) {
    return c >= 9 && c <= 13
        || c >= 0x1c && c <= 0x20
        || c == 0x85
        || c > 0x85 && Character.isSpaceChar(c);
  }

  /** Whether a character may be part of a name, or counts as one of a word. */
  static boolean isWord(int c) {
    return c == '_'
        || Character.isLetterOrDigit(c)
        || Character.isUnicodeIdentifierPart(c) && c > 127;
  }

  static void checkLength(long units) {
    if (units > LONGEST) {
      throw new TemplateException("a string grows beyond " + LONGEST + " characters");
    }
  }

  /** Without the characters of a set at the ends; null: without white space. */
  static String strip(String text, String chars, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && strips(text.codePointAt(start), chars)) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && start < end && strips(text.codePointBefore(end), chars)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static boolean strips(int c, String chars) {
    return chars == null ? isSpace(c) : chars.indexOf(c) >= 0;
  }

  static boolean isBlank(String text) {
    return strip(text, null, true, false).isEmpty();
  }

  /** The place in UTF-16 units of a code point. */
  static int offset(String text, int codePoints) {
    return text.offsetByCodePoints(0, codePoints);
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return title(text.codePointAt(0)) + lower(text.substring(first));
  }

  private static String title(int c) {
    int title = Character.toTitleCase(c);
    return title == c ? upper(Character.toString(c)) : Character.toString(title);
  }

  /** Python's {@code str.title}: a capital after each character that has no case. */
  static String title(String text) {
    StringBuilder result = new StringBuilder();
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      result.append(inWord ? lower(Character.toString(c)) : title(c));
      inWord = isCased(c);
    }
    return result.toString();
  }

  static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  static int compare(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    if (i == a.length() || i == b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    boolean pairs = Character.isSurrogate(a.charAt(i)) != Character.isSurrogate(b.charAt(i));
    int order = Character.compare(a.charAt(i), b.charAt(i));
    return pairs ? (Character.isSurrogate(a.charAt(i)) ? 1 : -1) : order;
  }

  /** Python's {@code str.splitlines}. */
  static List<Object> lines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isLineEnd(text.charAt(i))) {
        int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
        lines.add(text.substring(start, keepEnds ? end : i));
        start = end;
        i = end - 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return c >= '\n' && c <= '\r'
        || c >= 0x1c && c <= 0x1e
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** Python's {@code str.split} at white space, and {@code rsplit} from the right. */
  static List<Object> words(String text, long most, boolean fromRight) {
    List<Object> words = new ArrayList<>();
    String rest = strip(text, null, !fromRight, fromRight);
    while (!rest.isEmpty()) {
      int cut = words.size() == most ? -1 : fromRight ? lastSpace(rest) : firstSpace(rest);
      String word = cut < 0 ? rest : fromRight ? rest.substring(cut + 1) : rest.substring(0, cut);
      words.add(fromRight ? 0 : words.size(), word);
      String next = cut < 0 ? "" : fromRight ? rest.substring(0, cut) : rest.substring(cut);
      rest = strip(next, null, !fromRight, fromRight);
    }
    return words;
  }

  private static int firstSpace(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isSpace(text.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private static int lastSpace(String text) {
    for (int i = text.length() - 1; i >= 0; i--) {
      if (isSpace(text.charAt(i))) {
        return i;
      }
    }
    return -1;
  }
}
