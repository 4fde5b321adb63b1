package dev.lorax.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as Python's format codes write them. */
final class Decimals {
  private Decimals() {}

  /** One of the codes e, E, f, F, g, G and %. */
  static String write(double value, char code, int precision) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Numbers.repr(value);
    }
    String text =
        switch (Character.toLowerCase(code)) {
          case 'e' -> exponential(value, precision);
          case 'g' -> general(value, Math.max(1, precision));
          case '%' -> fixed(value * 100, precision) + "%";
          default -> fixed(value, precision);
        };
    return Character.isUpperCase(code) ? Text.upper(text) : text;
  }

  private static String fixed(double value, int precision) {
    Text.checkLength(precision);
    String digits =
        new BigDecimal(value).abs().setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    return sign(value) + digits;
  }

  private static String sign(double value) {
    return value < 0 || 1 / value < 0 ? "-" : "";
  }

  private static String exponential(double value, int precision) {
    Text.checkLength(precision);
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
    return digits.contains(".") ? digits.replaceAll("0+$", "").replaceAll("\\.$", "") : digits;
  }

  /** Python's {@code round}: to the nearest, ties to even, of the exact binary value. */
  static double round(double value, int places) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? value
        : new BigDecimal(value).setScale(places, RoundingMode.HALF_EVEN).doubleValue();
  }
}
