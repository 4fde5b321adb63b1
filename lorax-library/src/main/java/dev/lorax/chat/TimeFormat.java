package dev.lorax.chat;

import dev.lorax.jinja.TemplateException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Python's {@code strftime}, in English as in the C locale. */
final class TimeFormat {
  private static final Map<Character, String> CODES =
      Map.ofEntries(
          Map.entry('Y', "uuuu"),
          Map.entry('y', "uu"),
          Map.entry('m', "MM"),
          Map.entry('d', "dd"),
          Map.entry('j', "DDD"),
          Map.entry('B', "MMMM"),
          Map.entry('b', "MMM"),
          Map.entry('h', "MMM"),
          Map.entry('A', "EEEE"),
          Map.entry('a', "EEE"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('p', "a"),
          Map.entry('f', "SSSSSS"),
          Map.entry('e', "ppd"),
          Map.entry('F', "uuuu-MM-dd"),
          Map.entry('x', "MM/dd/uu"),
          Map.entry('D', "MM/dd/uu"),
          Map.entry('T', "HH:mm:ss"),
          Map.entry('X', "HH:mm:ss"),
          Map.entry('R', "HH:mm"),
          Map.entry('c', "EEE MMM ppd HH:mm:ss uuuu"));

  private static final int LONGEST = 1_000;

  private TimeFormat() {}

  static String format(String pattern, LocalDateTime time) {
    if (pattern.length() > LONGEST) {
      throw new TemplateException("strftime_now takes no more than " + LONGEST + " characters");
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        out.append(c);
        continue;
      }
      boolean unpadded = pattern.startsWith("%-", i) && i + 2 < pattern.length();
      i += unpadded ? 2 : 1;
      String field = field(pattern.charAt(i), time);
      out.append(unpadded ? field.replaceFirst("^[0 ]+(?=.)", "") : field);
    }
    return out.toString();
  }

  private static String field(char code, LocalDateTime time) {
    switch (code) {
      case '%':
        return "%";
      case 'n':
        return "\n";
      case 't':
        return "\t";
      case 'Z', 'z':
        return ""; // the time of templates has no zone
      default:
        break;
    }
    if (!CODES.containsKey(code)) {
      throw new TemplateException("strftime_now does not know %" + code);
    }
    return DateTimeFormatter.ofPattern(CODES.get(code), Locale.US).format(time);
  }
}
