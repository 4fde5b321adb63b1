package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * The attribute that a filter asks of each item, such as {@code "function.name"}.
 *
 * @param fallback stands for what is undefined; null: nothing does
 */
record Path(List<Object> parts, Object fallback) {

  /** The path that a filter's argument names; None: the item itself. */
  static Path of(Object attribute, Object fallback) {
    List<Object> parts = new ArrayList<>();
    if (Values.text(attribute) != null) {
      for (String part : Values.text(attribute).split("\\.", -1)) {
        parts.add(part.matches("\\d{1,9}") ? (Object) Long.valueOf(part) : part);
      }
    } else if (attribute != null) {
      parts.add(attribute);
    }
    return new Path(parts, fallback);
  }

  Object of(Object item) {
    Object value = item;
    for (Object part : parts) {
      value = Subscripts.element(value, part);
      if (fallback != null && value instanceof Undefined) {
        value = fallback;
      }
    }
    return value;
  }
}
