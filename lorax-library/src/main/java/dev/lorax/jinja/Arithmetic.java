package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's operators on numbers, strings and lists. */
final class Arithmetic {
  private Arithmetic() {}

  /** The operators by their signs. */
  static Object apply(String operator, Object a, Object b) {
    Budget.read(a);
    return Budget.made(result(operator, a, b));
  }

  private static Object result(String operator, Object a, Object b) {
    if (a instanceof Undefined || b instanceof Undefined && !isFormat(operator, a)) {
      throw (a instanceof Undefined u ? u : (Undefined) b).error();
    }
    if (isFormat(operator, a)) {
      return PercentFormat.format(Values.text(a), b);
    }
    Number x = Numbers.of(a);
    Number y = Numbers.of(b);
    Object result = x != null && y != null ? numbers(operator, x, y) : sequences(operator, a, b);
    if (result == null) {
      throw new TemplateException(
          "unsupported operand type(s) for %s: '%s' and '%s'"
              .formatted(operator, Values.typeName(a), Values.typeName(b)));
    }
    return result;
  }

  private static boolean isFormat(String operator, Object a) {
    return operator.equals("%") && Values.text(a) != null;
  }

  static Object negate(Object value) {
    Number number = operand(value, "-");
    return number instanceof Long n ? integers("-", 0, n) : (Object) (-number.doubleValue());
  }

  static Object plus(Object value) {
    return operand(value, "+");
  }

  private static Number operand(Object value, String sign) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (Numbers.of(value) == null) {
      throw new TemplateException(
          "bad operand type for unary %s: '%s'".formatted(sign, Values.typeName(value)));
    }
    return Numbers.of(value);
  }

  private static Object numbers(String operator, Number x, Number y) {
    return x instanceof Long a && y instanceof Long b
        ? integers(operator, a, b)
        : (Object) floats(operator, x.doubleValue(), y.doubleValue());
  }

  private static Object integers(String operator, long a, long b) {
    try {
      return switch (operator) {
        case "+" -> Math.addExact(a, b);
        case "-" -> Math.subtractExact(a, b);
        case "*" -> Math.multiplyExact(a, b);
        case "//" -> b == -1 ? Math.negateExact(a) : Math.floorDiv(a, nonZero(b));
        case "%" -> Math.floorMod(a, nonZero(b));
        case "**" -> b < 0 ? (Object) floats(operator, a, b) : (Object) power(a, b);
        default -> floats(operator, a, b);
      };
    } catch (ArithmeticException overflow) {
      throw Numbers.tooLarge();
    }
  }

  private static long nonZero(long divisor) {
    if (divisor == 0) {
      throw new TemplateException("integer division or modulo by zero");
    }
    return divisor;
  }

  private static long power(long base, long exponent) {
    if (base == 0 || base == 1 || base == -1) {
      return exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base;
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  private static double floats(String operator, double a, double b) {
    if (b == 0 && (operator.startsWith("/") || operator.equals("%"))) {
      throw new TemplateException(operator.equals("/") ? "division by zero" : "float modulo");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.rint((a - modulo(a, b)) / b);
      case "%" -> modulo(a, b);
      default -> Math.pow(a, b);
    };
  }

  private static double modulo(double a, double b) {
    double rest = a % b;
    return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
  }

  private static Object sequences(String operator, Object a, Object b) {
    if (operator.equals("+")) {
      return sum(a, b);
    }
    if (!operator.equals("*")) {
      return null;
    }
    if (Numbers.isInteger(a)) {
      return sequences(operator, b, a);
    }
    if (!Numbers.isInteger(b)) {
      return null;
    }
    int times = Math.max(0, Numbers.count(b));
    if (Values.text(a) != null) {
      Budget.room((long) Values.text(a).length() * times);
      return like(a, Values.text(a).repeat(times));
    }
    return a instanceof List<?> list && !(a instanceof Range) ? repeated(list, times) : null;
  }

  private static Object like(Object original, String text) {
    return original instanceof Markup ? new Markup(text) : text;
  }

  private static Object repeated(List<?> list, int times) {
    Budget.steps((long) list.size() * times);
    List<Object> all = new ArrayList<>();
    Collections.nCopies(times, list).forEach(all::addAll);
    return list instanceof Tuple ? new Tuple(all.toArray()) : all;
  }

  private static Object sum(Object a, Object b) {
    if (Values.text(a) != null && Values.text(b) != null) {
      Budget.room((long) Values.text(a).length() + Values.text(b).length());
      return a instanceof Markup || b instanceof Markup
          ? new Markup(Markup.escaped(a).text() + Markup.escaped(b).text())
          : Values.text(a) + Values.text(b);
    }
    if (!(a instanceof List<?> x && b instanceof List<?> y)
        || a instanceof Tuple != b instanceof Tuple
        || a instanceof Range
        || b instanceof Range) {
      return null;
    }
    Budget.steps((long) x.size() + y.size());
    List<Object> all = new ArrayList<>(x);
    all.addAll(y);
    return a instanceof Tuple ? new Tuple(all.toArray()) : all;
  }
}
