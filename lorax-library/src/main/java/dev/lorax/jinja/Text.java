package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** Python's strings, which count code points where Java counts UTF-16 units. */
final class Text {
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

  /** Without the characters of a set at the ends; null: without white space. */
  static String strip(String text, String chars, boolean left, boolean right) {
    IntPredicate strips = chars == null ? Text::isSpace : set(chars)::contains;
    int start = 0;
    int end = text.length();
    while (left && start < end && strips.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && start < end && strips.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static Set<Integer> set(String chars) {
    return chars.codePoints().boxed().collect(Collectors.toSet());
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
        Budget.steps(1);
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
    int start = fromRight ? 0 : border(text, 0, true);
    int end = fromRight ? borderBefore(text, text.length(), true) : text.length();
    while (start < end) {
      Budget.steps(1);
      boolean last = words.size() == most;
      int from = !fromRight || last ? start : borderBefore(text, end, false);
      int to = fromRight || last ? end : border(text, start, false);
      words.add(text.substring(from, to));
      start = fromRight ? start : border(text, to, true);
      end = !fromRight ? end : last ? start : borderBefore(text, from, true);
    }
    if (fromRight) {
      Collections.reverse(words);
    }
    return words;
  }

  /** The first place from one on where white space ends, or begins. */
  private static int border(String text, int from, boolean ends) {
    int at = from;
    while (at < text.length() && isSpace(text.charAt(at)) == ends) {
      at++;
    }
    return at;
  }

  /** The same to the left. */
  private static int borderBefore(String text, int from, boolean ends) {
    int at = from;
    while (at > 0 && isSpace(text.charAt(at - 1)) == ends) {
      at--;
    }
    return at;
  }
}
