package dev.lorax.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How one value is written: Python's format specification.
 *
 * @param align {@code <}, {@code >}, {@code ^} or {@code =}; 0: as the type has it
 * @param sign {@code +}, blank or {@code -}
 * @param comma the separator of thousands; empty: none
 * @param precision below 0: not given
 * @param code the type's letter; 0: none
 */
record FormatSpec(
    String fill,
    char align,
    char sign,
    boolean alternate,
    int width,
    String comma,
    int precision,
    char code) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?s)(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d+)?([,_])?(?:\\.(\\d+))?([a-zA-Z%])?");

  static FormatSpec parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new TemplateException("Invalid format specifier '" + text + "'");
    }
    boolean zero = matcher.group(5) != null;
    String align = matcher.group(2) == null ? zero ? "=" : "\0" : matcher.group(2);
    String fill = matcher.group(1) == null ? zero ? "0" : " " : matcher.group(1);
    return new FormatSpec(
        fill,
        align.charAt(0),
        first(matcher.group(3), '-'),
        matcher.group(4) != null,
        number(matcher.group(6), 0),
        matcher.group(7) == null ? "" : matcher.group(7),
        number(matcher.group(8), -1),
        first(matcher.group(9), '\0'));
  }

  private static char first(String text, char fallback) {
    return text == null ? fallback : text.charAt(0);
  }

  private static int number(String digits, int fallback) {
    if (digits == null) {
      return fallback;
    }
    if (digits.length() > 7) {
      throw new TemplateException("Too many decimal digits in format string");
    }
    return Integer.parseInt(digits);
  }

  String format(Object value) {
    Number number = Numbers.of(value);
    boolean numeric = number != null && code != 's' && !(value instanceof Boolean && code == 0);
    if (!numeric) {
      return formatText(value);
    }
    String digits = digits(number);
    boolean negative = digits.startsWith("-");
    String prefix = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    digits = grouped(negative ? digits.substring(1) : digits);
    if (align == '=') {
      return prefix + StringMethods.pad(digits, width - prefix.length(), fill, '>');
    }
    return StringMethods.pad(prefix + digits, width, fill, align == 0 ? '>' : align);
  }

  private String formatText(Object value) {
    if (code != 0 && code != 's') {
      throw new TemplateException(
          "Unknown format code '%s' for object of type '%s'"
              .formatted(code, Values.typeName(value)));
    }
    String text = Printing.str(value);
    if (precision >= 0) {
      text = (String) Subscripts.slice(text, null, (long) precision, null);
    }
    return StringMethods.pad(text, width, fill, align == 0 || align == '=' ? '<' : align);
  }

  private String digits(Number number) {
    if (number instanceof Long n) {
      switch (code) {
        case 0, 'd', 'n', 'i', 'u':
          return n.toString();
        case 'x', 'X', 'o', 'b':
          return radix(n);
        case 'c':
          return character(n);
        default:
          break;
      }
    }
    if ("eEfFgG%".indexOf(code) >= 0) {
      return Decimals.write(number.doubleValue(), code, precision < 0 ? 6 : precision);
    }
    if (code != 0) {
      throw new TemplateException(
          "Unknown format code '%s' for object of type 'float'".formatted(code));
    }
    return precision < 0
        ? Numbers.repr(number.doubleValue())
        : Decimals.write(number.doubleValue(), 'g', precision);
  }

  /** The character of a code point. */
  static String character(long code) {
    if (code < 0 || code > Character.MAX_CODE_POINT) {
      throw new TemplateException("%c needs a code point, not " + code);
    }
    return Character.toString((int) code);
  }

  private String radix(long number) {
    int base = code == 'o' ? 8 : code == 'b' ? 2 : 16;
    String prefix = alternate ? "0" + code : "";
    String digits = prefix + Long.toString(Math.abs(number), base);
    return (number < 0 ? "-" : "") + (code == 'X' ? Text.upper(digits) : digits);
  }

  private String grouped(String digits) {
    if (comma.isEmpty()) {
      return digits;
    }
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    StringBuilder result = new StringBuilder(digits);
    for (int i = end - 3; i > 0; i -= 3) {
      result.insert(i, comma);
    }
    return result.toString();
  }
}
