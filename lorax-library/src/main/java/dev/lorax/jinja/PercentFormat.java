package dev.lorax.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code string % values}. */
final class PercentFormat {
  private static final Pattern FIELD =
      Pattern.compile(
          "%(?:\\(([^)]*)\\))?([-+ #0]*)(\\*|\\d{0,7})(?:\\.(\\*|\\d{0,7}))?[hlL]?(.)",
          Pattern.DOTALL);

  private final Object values;
  private final List<?> items;
  private int next;

  private PercentFormat(Object values) {
    this.values = values;
    this.items =
        values instanceof Tuple tuple ? tuple : java.util.Collections.singletonList(values);
  }

  static String format(String pattern, Object values) {
    PercentFormat format = new PercentFormat(values);
    StringBuilder out = new StringBuilder();
    Matcher field = FIELD.matcher(pattern);
    int from = 0;
    for (int at = pattern.indexOf('%'); at >= 0; at = pattern.indexOf('%', from)) {
      if (!field.region(at, pattern.length()).lookingAt()) {
        throw new TemplateException("incomplete format");
      }
      out.append(pattern, from, at).append(format.field(field));
      Budget.room(out.length());
      from = field.end();
    }
    boolean mapping = values instanceof Map || values instanceof List && !(values instanceof Tuple);
    if (format.next < format.items.size() && !mapping) {
      throw new TemplateException("not all arguments converted during string formatting");
    }
    return out.append(pattern, from, pattern.length()).toString();
  }

  private String field(Matcher field) {
    String code = field.group(5);
    if (code.equals("%")) {
      return "%";
    }
    int width = number(field.group(3), 0);
    int precision = field.group(4) == null ? -1 : number(field.group(4), 0);
    Object value = field.group(1) != null ? named(field.group(1)) : next();
    String flags = field.group(2);
    char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
    boolean zero = flags.contains("0") && !flags.contains("-");
    char align = flags.contains("-") ? '<' : zero ? '=' : '>';
    String fill = zero ? "0" : " ";
    boolean hash = flags.contains("#");
    return switch (code) {
      case "s", "r", "a" -> {
        String text = code.equals("s") ? Printing.str(value) : Printing.repr(value);
        yield new FormatSpec(" ", align == '=' ? '>' : align, '-', false, width, "", precision, 's')
            .format(text);
      }
      case "c" ->
          Values.text(value) != null
              ? Values.text(value)
              : FormatSpec.character(Numbers.integer(value));
      case "d", "i", "u" ->
          new FormatSpec(fill, align, sign, false, width, "", -1, 'd').format(truncated(value));
      case "x", "X", "o" ->
          new FormatSpec(fill, align, sign, hash, width, "", -1, code.charAt(0))
              .format(Numbers.integer(value));
      case "e", "E", "f", "F", "g", "G" ->
          new FormatSpec(fill, align, sign, hash, width, "", precision, code.charAt(0))
              .format(number(value));
      default -> throw new TemplateException("unsupported format character '" + code + "'");
    };
  }

  private static Object truncated(Object value) {
    Number number = number(value);
    return number instanceof Double d ? (Object) Numbers.truncated(d) : number;
  }

  private static Number number(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (Numbers.of(value) == null) {
      throw new TemplateException(
          "%d format: a real number is required, not " + Values.typeName(value));
    }
    return Numbers.of(value);
  }

  private int number(String digits, int fallback) {
    return digits.equals("*")
        ? Numbers.count(next())
        : digits.isEmpty() ? fallback : Integer.parseInt(digits);
  }

  private Object named(String key) {
    if (!(values instanceof Map<?, ?> map)) {
      throw new TemplateException("format requires a mapping");
    }
    if (!map.containsKey(key)) {
      throw new TemplateException("KeyError: '" + key + "'");
    }
    return map.get(key);
  }

  private Object next() {
    if (next >= items.size()) {
      throw new TemplateException("not enough arguments for format string");
    }
    return items.get(next++);
  }
}
