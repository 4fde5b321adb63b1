package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What Python says of a value: its truth, length, elements and order. */
final class Values {
  private Values() {}

  /** The characters of a string; null for anything else. */
  static String text(Object value) {
    return value instanceof String text ? text : value instanceof Markup m ? m.text() : null;
  }

  static boolean truth(Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof Number) {
      return Numbers.of(value).doubleValue() != 0;
    }
    return !hasLength(value) || length(value) > 0;
  }

  private static boolean hasLength(Object value) {
    return text(value) != null
        || value instanceof Collection
        || value instanceof Map
        || value instanceof View
        || value instanceof Undefined
        || value instanceof Loop;
  }

  static int length(Object value) {
    if (text(value) != null) {
      return text(value).codePointCount(0, text(value).length());
    }
    if (value instanceof Collection<?> items) {
      return items.size();
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof View view) {
      return view.items().size();
    }
    if (value instanceof Loop loop) {
      return loop.length();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw new TemplateException("object of type '" + typeName(value) + "' has no len()");
  }

  static boolean isIterable(Object value) {
    return hasLength(value) || value instanceof Lazy;
  }

  static Iterator<?> iterator(Object value) {
    if (text(value) != null) {
      return text(value).codePoints().mapToObj(Character::toString).iterator();
    }
    if (value instanceof Collection<?> items) {
      return items.iterator();
    }
    if (value instanceof Map<?, ?> map) {
      return map.keySet().iterator();
    }
    if (value instanceof View view) {
      return view.items().iterator();
    }
    if (value instanceof Lazy lazy) {
      return lazy.items();
    }
    if (value instanceof Undefined) {
      return Collections.emptyIterator();
    }
    throw new TemplateException("'" + typeName(value) + "' object is not iterable");
  }

  /** The elements, in a list of their own. */
  static List<Object> list(Object value) {
    List<Object> list = new ArrayList<>();
    iterator(value).forEachRemaining(list::add);
    return list;
  }

  static boolean contains(Object container, Object value) {
    String text = text(container);
    if (text != null) {
      String part = text(value);
      if (part == null) {
        throw new TemplateException(
            "'in <string>' requires string as left operand, not " + typeName(value));
      }
      return text.contains(part);
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(value));
    }
    if (!isIterable(container)) {
      throw new TemplateException("argument of type '" + typeName(container) + "' is not iterable");
    }
    for (Iterator<?> items = iterator(container); items.hasNext(); ) {
      if (equal(items.next(), value)) {
        return true;
      }
    }
    return false;
  }

  /** The form in which a dictionary holds a key: equal keys are equal objects. */
  static Object key(Object value) {
    if (value instanceof Map || value instanceof List && !(value instanceof Tuple)) {
      throw new TemplateException("unhashable type: '" + typeName(value) + "'");
    }
    Number number = Numbers.of(value);
    if (number instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15) {
      return d.longValue();
    }
    return number != null ? number : text(value) != null ? text(value) : value;
  }

  static boolean equal(Object a, Object b) {
    if (a == b) {
      return true;
    }
    if (a == null || b == null) {
      return false;
    }
    if (text(a) != null) {
      return text(a).equals(text(b));
    }
    if (Numbers.of(a) != null && Numbers.of(b) != null) {
      return Numbers.compare(Numbers.of(a), Numbers.of(b)) == 0;
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return a instanceof Tuple == b instanceof Tuple && equalItems(x, y);
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(
                  entry ->
                      y.containsKey(entry.getKey())
                          && equal(entry.getValue(), y.get(entry.getKey())));
    }
    return a instanceof Undefined && b instanceof Undefined;
  }

  private static boolean equalItems(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The order of two values.
   *
   * @param operator as it stands in the message of the error
   */
  static int compare(Object a, Object b, String operator) {
    if (a instanceof Undefined || b instanceof Undefined) {
      throw (a instanceof Undefined u ? u : (Undefined) b).error();
    }
    if (Numbers.of(a) != null && Numbers.of(b) != null) {
      return Numbers.compare(Numbers.of(a), Numbers.of(b));
    }
    if (text(a) != null && text(b) != null) {
      return Text.compare(text(a), text(b));
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && a instanceof Tuple == b instanceof Tuple) {
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        if (!equal(x.get(i), y.get(i))) {
          return compare(x.get(i), y.get(i), operator);
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    throw new TemplateException(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, typeName(a), typeName(b)));
  }

  /** Python's name of a value's type. */
  static String typeName(Object value) {
    if (value == null) {
      return "NoneType";
    }
    Number number = Numbers.of(value);
    if (number != null) {
      return value instanceof Boolean ? "bool" : number instanceof Double ? "float" : "int";
    }
    if (value instanceof String) {
      return "str";
    }
    if (value instanceof Map) {
      return "dict";
    }
    if (value instanceof List) {
      return value instanceof Tuple ? "tuple" : value instanceof Range ? "range" : "list";
    }
    if (value instanceof View view) {
      return view.name();
    }
    if (value instanceof Lazy) {
      return "generator";
    }
    return value instanceof Loop
        ? "LoopContext"
        : value instanceof TemplateFunction ? "function" : value.getClass().getSimpleName();
  }
}
