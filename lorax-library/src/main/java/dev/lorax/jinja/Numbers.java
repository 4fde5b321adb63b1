package dev.lorax.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Python's numbers: integers of 64 bits, and floats. */
final class Numbers {
  private static final long MOST = 1 << 30;

  /** A float takes long to write. */
  static final int STEPS_TO_WRITE = 100;

  private Numbers() {}

  /** A Long or a Double, also for a boolean; null for what is no number. */
  static Number of(Object value) {
    if (value instanceof Long || value instanceof Double) {
      return (Number) value;
    }
    if (value instanceof Boolean truth) {
      return truth ? 1L : 0L;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof BigInteger big) {
      if (big.bitLength() >= Long.SIZE) {
        throw tooLarge();
      }
      return big.longValue();
    }
    return value instanceof Number number ? (Number) number.doubleValue() : null;
  }

  /** The same, but an integer of any size as it is: to be written, not to be reckoned with. */
  static Number written(Object value) {
    return value instanceof BigInteger big ? big : of(value);
  }

  static TemplateException tooLarge() {
    return new TemplateException("integers beyond 64 bits are not supported");
  }

  /** A float without its fraction; an error if it has no place in 64 bits. */
  static long truncated(double value) {
    if (!(Math.abs(value) < 0x1p63)) {
      throw tooLarge();
    }
    return (long) value;
  }

  static boolean isInteger(Object value) {
    return of(value) instanceof Long;
  }

  static int compare(Number a, Number b) {
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    double x = a.doubleValue();
    double y = b.doubleValue();
    return x == y ? 0 : Double.compare(x, y);
  }

  /** The integer that a value is; an error if it is none. */
  static long integer(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (of(value) instanceof Long number) {
      return number;
    }
    throw new TemplateException(
        "'%s' object cannot be interpreted as an integer".formatted(Values.typeName(value)));
  }

  /** A number for places and widths, so far from an int's ends that nothing overflows. */
  static int count(Object value) {
    return (int) Math.max(-MOST, Math.min(MOST, integer(value)));
  }

  /** Python's repr of a float: the fewest digits that give it back. */
  static String repr(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    Budget.steps(STEPS_TO_WRITE);
    BigDecimal shortest = shortest(value);
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    return scientific(shortest, exponent);
  }

  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; ; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == value || digits == 17) {
        return rounded.stripTrailingZeros();
      }
    }
  }

  private static String scientific(BigDecimal value, int exponent) {
    String digits = value.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String sign = value.signum() < 0 ? "-" : "";
    return "%s%s%se%s%02d"
        .formatted(sign, digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
