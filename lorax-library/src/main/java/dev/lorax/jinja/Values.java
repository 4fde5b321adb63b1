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
    if (text(value) != null) {
      return !text(value).isEmpty();
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
      Budget.read(value);
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

  /** The elements one after the other, each a step. */
  static Iterator<?> iterator(Object value) {
    return new Counted(items(value));
  }

  private record Counted(Iterator<?> items) implements Iterator<Object> {
    @Override
    public boolean hasNext() {
      return Budget.nested(items::hasNext);
    }

    @Override
    public Object next() {
      return Budget.<Object>nested(items::next);
    }
  }

  private static Iterator<?> items(Object value) {
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
      Budget.read(container);
      Budget.read(value);
      return new Sought(part, false).in(text) >= 0;
    }
    if (container instanceof Map<?, ?> map) {
      return lookUp(map, value) != Bound.MISSING;
    }
    if (!isIterable(container)) {
      throw new TemplateException("argument of type '" + typeName(container) + "' is not iterable");
    }
    for (Iterator<?> items = iterator(container); items.hasNext(); ) {
      if (Comparison.equal(items.next(), value)) {
        return true;
      }
    }
    return false;
  }

  /** The form in which a dictionary holds a key: equal keys are equal objects. */
  static Object key(Object value) {
    if (value instanceof Map
        || value instanceof View
        || value instanceof List && !(value instanceof Tuple)) {
      throw new TemplateException("unhashable type: '" + typeName(value) + "'");
    }
    Number number = Numbers.of(value);
    if (number instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15) {
      return d.longValue();
    }
    return number != null ? number : text(value) != null ? text(value) : value;
  }

  /** What a dictionary holds, or {@link Bound#MISSING}. */
  static Object lookUp(Map<?, ?> map, Object key) {
    Object known = key(key);
    Budget.read(known);
    try {
      Object value = map.get(known);
      return value != null || map.containsKey(known) ? value : Bound.MISSING;
    } catch (NullPointerException | ClassCastException e) {
      return Bound.MISSING; // as Java's maps may say of keys that they cannot hold
    }
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
