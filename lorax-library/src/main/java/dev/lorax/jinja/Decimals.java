package dev.lorax.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as Python's format codes write them. */
final class Decimals {
  /** No double has a digit other than 0 further from its point. */
  private static final int MOST_PLACES = 1074;

  private Decimals() {}

  /** One of the codes e, E, f, F, g, G and %. */
  static String write(double value, char code, int precision) {
    if (code == '%') {
      return write(value * 100, 'f', precision) + "%";
    }
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Numbers.repr(value);
    }
    Budget.room(precision);
    Budget.steps(Numbers.STEPS_TO_WRITE);
    String text =
        switch (Character.toLowerCase(code)) {
          case 'e' -> exponential(value, precision);
          case 'g' -> general(value, Math.max(1, precision));
          default -> fixed(value, precision);
        };
    return Character.isUpperCase(code) ? Text.upper(text) : text;
  }

  private static String fixed(double value, int precision) {
    int known = Math.min(precision, MOST_PLACES);
    String digits =
        new BigDecimal(value).abs().setScale(known, RoundingMode.HALF_EVEN).toPlainString();
    return sign(value) + digits + "0".repeat(precision - known);
  }

  private static String sign(double value) {
    return value < 0 || 1 / value < 0 ? "-" : "";
  }

  private static String exponential(double value, int precision) {
    BigDecimal rounded =
        new BigDecimal(value).abs().round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    int exponent = value == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    String digits = rounded.unscaledValue().toString();
    digits = (digits + "0".repeat(precision + 1)).substring(0, precision + 1);
    String fraction = precision > 0 ? "." + digits.substring(1) : "";
    String mark = exponent < 0 ? "e-" : "e+";
    return sign(value) + digits.charAt(0) + fraction + mark + "%02d".formatted(Math.abs(exponent));
  }

  private static String general(double value, int precision) {
    String text = exponential(value, precision - 1);
    int mark = text.indexOf('e');
    int exponent = Integer.parseInt(text.substring(mark + 1));
    if (exponent >= -4 && exponent < precision) {
      return trimmed(fixed(value, precision - 1 - exponent));
    }
    return trimmed(text.substring(0, mark)) + text.substring(mark);
  }

  private static String trimmed(String digits) {
    int end = digits.length();
    while (digits.contains(".") && digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, digits.charAt(end - 1) == '.' ? end - 1 : end);
  }

  /** Python's {@code round}: to the nearest, ties to even, of the exact binary value. */
  static double round(double value, int places) {
    if (Double.isNaN(value) || Double.isInfinite(value) || places > MOST_PLACES) {
      return value;
    }
    Budget.steps(Numbers.STEPS_TO_WRITE);
    return rounded(new BigDecimal(value), places).doubleValue();
  }

  /** The same of an integer. */
  static long round(long value, int places) {
    BigDecimal rounded = rounded(BigDecimal.valueOf(value), Math.min(0, places));
    try {
      return rounded.longValueExact();
    } catch (ArithmeticException overflow) {
      throw Numbers.tooLarge();
    }
  }

  private static BigDecimal rounded(BigDecimal value, int places) {
    return value.setScale(Math.max(places, -MOST_PLACES), RoundingMode.HALF_EVEN);
  }
}
