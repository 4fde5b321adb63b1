package dev.lorax.jinja;

import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes values as Python's {@code json.dumps} does. */
final class Json {
  private final StringBuilder out = new StringBuilder();
  private final boolean ascii;
  private final String indent;
  private final boolean sorted;
  private final String itemSeparator;
  private final String keySeparator;

  private Json(Bound options) {
    ascii = options.truth(1, false);
    Object width = options.get(2, null);
    indent =
        width == null || Values.text(width) != null
            ? Values.text(width)
            : StringMethods.blanks(Numbers.count(width));
    Object separators = options.get(3, null);
    List<Object> pair = separators == null ? null : Values.list(separators);
    if (pair != null && pair.size() != 2) {
      throw new TemplateException("separators must be a pair, not " + pair.size() + " values");
    }
    itemSeparator = pair != null ? Printing.str(pair.get(0)) : indent == null ? ", " : ",";
    keySeparator = pair != null ? Printing.str(pair.get(1)) : ": ";
    sorted = options.truth(4, false);
  }

  /** The filter {@code tojson}, with the options that chat templates have. */
  static String write(Arguments arguments) {
    Bound options = arguments.bind("x", "ensure_ascii", "indent", "separators", "sort_keys");
    Json json = new Json(options);
    return json.append(options.get(0), "\n").toString();
  }

  private StringBuilder append(Object value, String line) {
    Budget.room(out.length());
    return Budget.nested(() -> appendNext(value, line));
  }

  private StringBuilder appendNext(Object value, String line) {
    Number number = Numbers.written(value);
    if (value == null) {
      out.append("null");
    } else if (value instanceof Boolean) {
      out.append(value);
    } else if (number != null) {
      out.append(number(number));
    } else if (Values.text(value) != null) {
      quote(Values.text(value));
    } else if (value instanceof Map<?, ?> map) {
      object(map, line);
    } else if (value instanceof List<?> items && !(value instanceof Range)) {
      array(items, line);
    } else {
      throw new TemplateException(
          "Object of type %s is not JSON serializable".formatted(Values.typeName(value)));
    }
    return out;
  }

  private static String number(Number number) {
    if (!(number instanceof Double d)) {
      return number.toString();
    }
    return d.isNaN() ? "NaN" : d.isInfinite() ? d > 0 ? "Infinity" : "-Infinity" : Numbers.repr(d);
  }

  private void array(List<?> items, String line) {
    String inner = indent == null ? line : Budget.made(line + indent);
    out.append('[');
    for (Iterator<?> each = items.iterator(); each.hasNext(); ) {
      newLine(inner);
      append(each.next(), inner);
      out.append(each.hasNext() ? itemSeparator : "");
    }
    close(items, line, ']');
  }

  private void object(Map<?, ?> map, String line) {
    String inner = indent == null ? line : Budget.made(line + indent);
    Collection<?> keys =
        sorted
            ? map.keySet().stream().sorted((a, b) -> Comparison.compare(a, b, "<")).toList()
            : map.keySet();
    out.append('{');
    for (Iterator<?> each = keys.iterator(); each.hasNext(); ) {
      Object key = each.next();
      newLine(inner);
      quote(name(key));
      out.append(keySeparator);
      append(map.get(key), inner);
      out.append(each.hasNext() ? itemSeparator : "");
    }
    close(keys, line, '}');
  }

  private static String name(Object key) {
    if (key == null || key instanceof Boolean) {
      return String.valueOf(key);
    }
    Number number = Numbers.of(key);
    if (number == null && Values.text(key) == null) {
      throw new TemplateException(
          "keys must be str, int, float, bool or None, not " + Values.typeName(key));
    }
    return number == null ? Values.text(key) : number(number);
  }

  private void newLine(String line) {
    out.append(indent == null ? "" : line);
  }

  private void close(Collection<?> items, String line, char end) {
    if (!items.isEmpty()) {
      newLine(line);
    }
    out.append(end);
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < ' ' || ascii && c > '~') {
            out.append("\\u").append(HexFormat.of().toHexDigits(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
