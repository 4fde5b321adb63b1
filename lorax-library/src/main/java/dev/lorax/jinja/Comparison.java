package dev.lorax.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's equality of values, and their order. */
final class Comparison {
  private Comparison() {}

  static boolean equal(Object a, Object b) {
    Budget.steps(1);
    if (a == b) {
      return true;
    }
    if (a == null || b == null) {
      return false;
    }
    if (Values.text(a) != null) {
      Budget.read(a);
      return Values.text(a).equals(Values.text(b));
    }
    if (Numbers.of(a) != null && Numbers.of(b) != null) {
      return Numbers.compare(Numbers.of(a), Numbers.of(b)) == 0;
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return a instanceof Tuple == b instanceof Tuple && Budget.nested(() -> equalItems(x, y));
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return Budget.nested(() -> equalEntries(x, y));
    }
    return a instanceof Undefined && b instanceof Undefined;
  }

  private static boolean equalItems(List<?> a, List<?> b) {
    boolean equal = a.size() == b.size();
    Iterator<?> other = b.iterator();
    for (Iterator<?> each = a.iterator(); equal && each.hasNext(); ) {
      equal = equal(each.next(), other.next());
    }
    return equal;
  }

  private static boolean equalEntries(Map<?, ?> a, Map<?, ?> b) {
    return a.size() == b.size()
        && a.entrySet().stream()
            .allMatch(entry -> equal(entry.getValue(), Values.lookUp(b, entry.getKey())));
  }

  /**
   * The order of two values.
   *
   * @param operator as it stands in the message of the error
   */
  static int compare(Object a, Object b, String operator) {
    Budget.steps(1);
    if (a instanceof Undefined || b instanceof Undefined) {
      throw (a instanceof Undefined u ? u : (Undefined) b).error();
    }
    if (Numbers.of(a) != null && Numbers.of(b) != null) {
      return Numbers.compare(Numbers.of(a), Numbers.of(b));
    }
    if (Values.text(a) != null && Values.text(b) != null) {
      Budget.read(a);
      return Text.compare(Values.text(a), Values.text(b));
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && a instanceof Tuple == b instanceof Tuple) {
      return Budget.nested(() -> compareItems(x, y, operator));
    }
    throw new TemplateException(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, Values.typeName(a), Values.typeName(b)));
  }

  private static int compareItems(List<?> a, List<?> b, String operator) {
    Iterator<?> other = b.iterator();
    for (Iterator<?> each = a.iterator(); each.hasNext() && other.hasNext(); ) {
      Object x = each.next();
      Object y = other.next();
      if (!equal(x, y)) {
        return compare(x, y, operator);
      }
    }
    return Integer.compare(a.size(), b.size());
  }
}
