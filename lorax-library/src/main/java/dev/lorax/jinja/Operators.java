package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The expressions that are made of others. */
final class Operators {
  private Operators() {}

  static Chain.Operation or(Expression right) {
    return (frame, left) -> Values.truth(left) ? left : right.evaluate(frame);
  }

  static Chain.Operation and(Expression right) {
    return (frame, left) -> Values.truth(left) ? right.evaluate(frame) : left;
  }

  static Expression not(Expression operand) {
    return frame -> !Values.truth(operand.evaluate(frame));
  }

  static Chain.Operation binary(String operator, Expression right) {
    return (frame, left) -> Arithmetic.apply(operator, left, right.evaluate(frame));
  }

  /** One value if a condition holds, else another; null: undefined. */
  static Expression choice(Expression condition, Expression then, Expression otherwise, int line) {
    Undefined none =
        new Undefined(
            "the inline if-expression on line %d evaluated to false and no else section was defined."
                .formatted(line));
    return frame -> {
      if (Values.truth(condition.evaluate(frame))) {
        return then.evaluate(frame);
      }
      return otherwise == null ? none : otherwise.evaluate(frame);
    };
  }

  static Expression concatenation(List<Expression> operands) {
    return frame -> {
      StringBuilder text = new StringBuilder();
      for (Expression operand : operands) {
        text.append(Printing.str(operand.evaluate(frame)));
        Budget.room(text.length());
      }
      return Budget.made(text.toString());
    };
  }

  /** Comparisons in a chain: {@code a < b < c} means that both hold. */
  static Expression comparison(Expression first, List<String> signs, List<Expression> operands) {
    return frame -> {
      Object left = first.evaluate(frame);
      for (int i = 0; i < signs.size(); i++) {
        Object right = operands.get(i).evaluate(frame);
        if (!compare(signs.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    };
  }

  private static boolean compare(String sign, Object left, Object right) {
    return switch (sign) {
      case "==" -> Comparison.equal(left, right);
      case "!=" -> !Comparison.equal(left, right);
      case "<" -> Comparison.compare(left, right, sign) < 0;
      case "<=" -> Comparison.compare(left, right, sign) <= 0;
      case ">" -> Comparison.compare(left, right, sign) > 0;
      case ">=" -> Comparison.compare(left, right, sign) >= 0;
      case "in" -> Values.contains(right, left);
      default -> !Values.contains(right, left);
    };
  }

  static Expression tuple(List<Expression> items) {
    return frame -> new Tuple(items.stream().map(item -> item.evaluate(frame)).toArray());
  }

  static Expression list(List<Expression> items) {
    return frame -> {
      List<Object> list = new ArrayList<>(items.size());
      items.forEach(item -> list.add(item.evaluate(frame)));
      return list;
    };
  }

  static Expression dict(List<Expression> keys, List<Expression> values) {
    return frame -> {
      Map<Object, Object> dict = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        dict.put(Values.key(keys.get(i).evaluate(frame)), values.get(i).evaluate(frame));
      }
      return dict;
    };
  }

  /** A slice; a null bound was not written. */
  static Chain.Operation slice(Expression start, Expression stop, Expression step) {
    return (frame, owner) ->
        Subscripts.slice(owner, orNone(start, frame), orNone(stop, frame), orNone(step, frame));
  }

  private static Object orNone(Expression expression, Frame frame) {
    return expression == null ? null : expression.evaluate(frame);
  }

  static Chain.Operation filter(String name, Call.Given given) {
    return (frame, value) -> Filters.apply(name, value, given.evaluate(name, frame));
  }

  static Chain.Operation test(String name, Call.Given given, boolean holds) {
    return (frame, value) -> Tests.apply(name, value, given.evaluate(name, frame)) == holds;
  }
}
