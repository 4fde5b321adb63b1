package dev.lorax.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** Jinja's tests by name: what follows {@code is}. */
final class Tests {
  private static final Map<String, Predicate<Arguments>> BY_NAME = new HashMap<>();

  static {
    one("defined", value -> !(value instanceof Undefined));
    one("undefined", value -> value instanceof Undefined);
    one("none", value -> value == null);
    one("boolean", value -> value instanceof Boolean);
    one("true", value -> Boolean.TRUE.equals(value));
    one("false", value -> Boolean.FALSE.equals(value));
    one("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
    one("float", value -> Numbers.of(value) instanceof Double);
    one("number", value -> Numbers.of(value) != null);
    one("string", value -> Values.text(value) != null);
    one("mapping", value -> value instanceof Map);
    one("iterable", Values::isIterable);
    one("sequence", Tests::isSequence);
    one("callable", value -> value instanceof TemplateFunction || value instanceof Undefined);
    one("escaped", value -> value instanceof Markup);
    one("lower", value -> StringMethods.isLower(Printing.str(value)));
    one("upper", value -> StringMethods.isUpper(Printing.str(value)));
    one("odd", value -> Comparison.equal(Arithmetic.apply("%", value, 2L), 1L));
    one("even", value -> Comparison.equal(Arithmetic.apply("%", value, 2L), 0L));
    one("filter", value -> Filters.exist(Printing.str(value)));
    one("test", value -> exist(Printing.str(value)));
    two((value, by) -> Comparison.equal(Arithmetic.apply("%", value, by), 0L), "divisibleby");
    two((value, other) -> same(value, other), "sameas");
    two((value, items) -> Values.contains(items, value), "in");
    two(Comparison::equal, "==", "eq", "equalto");
    two((a, b) -> !Comparison.equal(a, b), "!=", "ne");
    two((a, b) -> Comparison.compare(a, b, "<") < 0, "<", "lt", "lessthan");
    two((a, b) -> Comparison.compare(a, b, "<=") <= 0, "<=", "le");
    two((a, b) -> Comparison.compare(a, b, ">") > 0, ">", "gt", "greaterthan");
    two((a, b) -> Comparison.compare(a, b, ">=") >= 0, ">=", "ge");
  }

  private Tests() {}

  private static void one(String name, Predicate<Object> test) {
    BY_NAME.put(name, arguments -> test.test(arguments.bind("value").get(0)));
  }

  private static void two(BiPredicate<Object, Object> test, String... names) {
    for (String name : names) {
      BY_NAME.put(
          name,
          arguments -> {
            Bound bound = arguments.bind("value", "other");
            return test.test(bound.get(0), bound.get(1));
          });
    }
  }

  static boolean exist(String name) {
    return BY_NAME.containsKey(name);
  }

  /** Whether a test holds; the arguments are those after its value. */
  static boolean apply(String name, Object value, Arguments arguments) {
    Predicate<Arguments> test = BY_NAME.get(name);
    if (test == null) {
      throw new TemplateException("No test named '" + name + "'.");
    }
    Budget.read(value);
    arguments.read();
    return test.test(arguments.after(value));
  }

  private static boolean isSequence(Object value) {
    return Values.text(value) != null
        || value instanceof List
        || value instanceof Map
        || value instanceof Undefined;
  }

  private static boolean same(Object a, Object b) {
    return a == b
        || a != null
            && b != null
            && a.getClass() == b.getClass()
            && a instanceof Boolean
            && a.equals(b)
        || Values.text(a) != null && a.equals(b)
        || a instanceof Long && a.equals(b);
  }
}
