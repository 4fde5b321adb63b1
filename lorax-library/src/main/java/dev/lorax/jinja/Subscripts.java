package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parts of values: {@code value.name}, {@code value[key]}, {@code value[from:to:step]}. */
final class Subscripts {
  private Subscripts() {}

  /** What a dot gives: attributes and methods first, then elements. */
  static Object attribute(Object owner, String name) {
    Object attribute = Methods.find(owner, name);
    if (attribute != Bound.MISSING) {
      return attribute;
    }
    Object item = item(owner, name);
    if (item == Bound.MISSING) {
      boolean internal = name.startsWith("__") && name.endsWith("__");
      return internal ? Undefined.unsafe(owner, name) : Undefined.part(owner, name);
    }
    return item;
  }

  /** What brackets give: elements first, then attributes and methods. */
  static Object element(Object owner, Object key) {
    Object item = item(owner, key);
    if (item == Bound.MISSING && Values.text(key) != null) {
      item = Methods.find(owner, Values.text(key));
    }
    return item == Bound.MISSING ? Undefined.part(owner, key) : item;
  }

  private static Object item(Object owner, Object key) {
    if (owner instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (owner instanceof Map<?, ?> map) {
      boolean mutable = key instanceof Map || key instanceof List && !(key instanceof Tuple);
      return mutable ? Bound.MISSING : Values.lookUp(map, key);
    }
    String text = Values.text(owner);
    if (!Numbers.isInteger(key) || text == null && !(owner instanceof List)) {
      return Bound.MISSING;
    }
    int length = Values.length(owner);
    long index = Numbers.integer(key);
    index = index < 0 ? index + length : index;
    if (index < 0 || index >= length) {
      return Bound.MISSING;
    }
    return text == null ? ((List<?>) owner).get((int) index) : character(text, (int) index);
  }

  private static String character(String text, int index) {
    return Character.toString(text.codePointAt(Text.offset(text, index)));
  }

  /** A slice; each bound may be None. */
  static Object slice(Object owner, Object start, Object stop, Object step) {
    if (owner instanceof Undefined undefined) {
      throw undefined.error();
    }
    String text = Values.text(owner);
    if (text == null && !(owner instanceof List)) {
      return Undefined.part(owner, "slice");
    }
    long by = step == null ? 1 : Numbers.count(step);
    if (by == 0) {
      throw new TemplateException("slice step cannot be zero");
    }
    int length = Values.length(owner);
    long from = start == null ? by > 0 ? 0 : length - 1 : bound(start, length, by);
    long to = stop == null ? by > 0 ? length : -1 : bound(stop, length, by);
    if (text != null && by == 1) {
      return from >= to
          ? ""
          : text.substring(Text.offset(text, (int) from), Text.offset(text, (int) to));
    }
    List<?> items = text == null ? (List<?>) owner : Values.list(text);
    List<Object> part = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      Budget.steps(1);
      part.add(items.get((int) i));
    }
    return text != null ? joined(part) : owner instanceof Tuple ? new Tuple(part.toArray()) : part;
  }

  private static long bound(Object place, int length, long step) {
    long index = Numbers.integer(place);
    long positive = index < 0 ? index + length : index;
    long lowest = step > 0 ? 0 : -1;
    return Math.max(lowest, Math.min(positive, length + lowest));
  }

  private static String joined(List<Object> characters) {
    StringBuilder text = new StringBuilder();
    characters.forEach(text::append);
    return text.toString();
  }
}
