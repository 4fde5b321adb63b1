package dev.lorax.jinja;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** Jinja's filters of numbers. */
final class NumberFilters {
  static final Map<String, Filters.Filter> BY_NAME = new HashMap<>();

  /** Ten to the power of more is no float. */
  private static final int MOST_PLACES = 308;

  static {
    BY_NAME.put("abs", NumberFilters::abs);
    BY_NAME.put("int", NumberFilters::integer);
    BY_NAME.put("float", NumberFilters::floating);
    BY_NAME.put("round", NumberFilters::round);
    BY_NAME.put("sum", NumberFilters::sum);
  }

  private NumberFilters() {}

  private static Object abs(Arguments arguments) {
    Object value = arguments.bind("x").get(0);
    if (Numbers.of(value) == null) {
      throw new TemplateException("bad operand type for abs(): '" + Values.typeName(value) + "'");
    }
    return Comparison.compare(value, 0L, "<") < 0 ? Arithmetic.negate(value) : Numbers.of(value);
  }

  private static Object integer(Arguments arguments) {
    Bound bound = arguments.bind("value", "default", "base");
    Object value = bound.get(0);
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (Values.text(value) != null) {
      Long parsed = parseInteger(Values.text(value), bound.count(2, 10));
      if (parsed != null) {
        return parsed;
      }
    }
    Double number = Numbers.isInteger(value) ? null : number(value);
    if (number != null && !number.isNaN() && !number.isInfinite()) {
      return Numbers.truncated(number);
    }
    return Numbers.isInteger(value) ? (Object) Numbers.integer(value) : bound.get(1, 0L);
  }

  private static Long parseInteger(String text, int base) {
    String digits = Text.strip(text, null, true, true);
    String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
    boolean negative = digits.startsWith("-");
    digits = negative || digits.startsWith("+") ? digits.substring(1) : digits;
    digits =
        !prefix.isEmpty() && Text.lower(digits).startsWith(prefix) ? digits.substring(2) : digits;
    if (!digits.matches("[0-9A-Za-z]++(?:_[0-9A-Za-z]++)*+")) {
      return null;
    }
    try {
      return Long.valueOf((negative ? "-" : "") + digits.replace("_", ""), base);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** What Python's {@code float} makes of a value; null if nothing. */
  private static Double number(Object value) {
    if (Numbers.of(value) != null) {
      return Numbers.of(value).doubleValue();
    }
    if (Values.text(value) == null) {
      return null;
    }
    String text = Text.lower(Text.strip(Values.text(value), null, true, true));
    String digits = text.replaceFirst("^[-+]", "");
    int sign = text.startsWith("-") ? -1 : 1;
    if (digits.equals("inf") || digits.equals("infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    if (digits.equals("nan")) {
      return Double.NaN;
    }
    return digits.matches("(\\d[\\d_]*+\\.?\\d*+|\\.\\d++)(e[-+]?\\d++)?")
        ? (Double) (sign * Double.parseDouble(digits.replace("_", "")))
        : null;
  }

  private static Object floating(Arguments arguments) {
    Bound bound = arguments.bind("value", "default");
    if (bound.get(0) instanceof Undefined undefined) {
      throw undefined.error();
    }
    Double number = number(bound.get(0));
    return number != null ? number : bound.get(1, 0.0);
  }

  private static Object round(Arguments arguments) {
    Bound bound = arguments.bind("value", "precision", "method");
    String method = bound.has(2) ? bound.text(2) : "common";
    int places = bound.count(1, 0);
    Number value = Numbers.of(bound.get(0));
    if (value == null) {
      throw new TemplateException(
          "type %s doesn't define __round__ method".formatted(Values.typeName(bound.get(0))));
    }
    if (method.equals("common")) {
      return value instanceof Long n
          ? (Object) Decimals.round(n, places)
          : (Object) Decimals.round(value.doubleValue(), places);
    }
    if (!method.equals("ceil") && !method.equals("floor")) {
      throw new TemplateException("method must be common, ceil or floor");
    }
    if (Math.abs(places) > MOST_PLACES) {
      throw new TemplateException("round() takes no more than " + MOST_PLACES + " places");
    }
    double scaled = value.doubleValue() * Math.pow(10, places);
    return (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / Math.pow(10, places);
  }

  private static Object sum(Arguments arguments) {
    Bound bound = arguments.bind("iterable", "attribute", "start");
    Path path = Path.of(bound.get(1, null), null);
    Object sum = bound.get(2, 0L);
    for (Iterator<?> items = Values.iterator(bound.get(0)); items.hasNext(); ) {
      sum = Arithmetic.apply("+", sum, path.of(items.next()));
    }
    return sum;
  }
}
