package dev.lorax.jinja;

import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;

/** Python's {@code str} and {@code repr}. */
final class Printing {
  private Printing() {}

  static String str(Object value) {
    return Values.text(value) != null
        ? Values.text(value)
        : value instanceof Undefined ? "" : repr(value);
  }

  static String repr(Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return Budget.made(out.toString());
  }

  private static StringBuilder append(StringBuilder out, Object value) {
    Budget.room(out.length());
    return Budget.nested(() -> appendNext(out, value));
  }

  private static StringBuilder appendNext(StringBuilder out, Object value) {
    Number number = Numbers.written(value);
    if (value == null) {
      out.append("None");
    } else if (value instanceof Boolean truth) {
      out.append(truth ? "True" : "False");
    } else if (number != null) {
      out.append(number instanceof Double d ? Numbers.repr(d) : number.toString());
    } else if (value instanceof String text) {
      quote(out, text);
    } else if (value instanceof Markup markup) {
      quote(out.append("Markup("), markup.text());
      out.append(')');
    } else if (value instanceof Map<?, ?> map) {
      appendMap(out, map);
    } else if (value instanceof View view) {
      list(out.append(view.name()).append('('), view.items(), "[", "]");
      out.append(')');
    } else if (value instanceof Collection<?> items && !(value instanceof Range)) {
      boolean tuple = value instanceof Tuple;
      list(out, items, tuple ? "(" : "[", tuple ? items.size() == 1 ? ",)" : ")" : "]");
    } else {
      appendOther(out, value);
    }
    return out;
  }

  private static void appendOther(StringBuilder out, Object value) {
    if (value instanceof Undefined) {
      out.append("Undefined");
    } else if (value instanceof Range) {
      out.append(value);
    } else if (value instanceof Namespace namespace) {
      appendMap(out.append("<Namespace "), namespace.attributes());
      out.append('>');
    } else if (value instanceof Loop loop) {
      out.append("<LoopContext %d/%d>".formatted(loop.index(), loop.length()));
    } else if (value instanceof Macro macro) {
      quote(out.append("<Macro "), macro.name());
      out.append('>');
    } else {
      out.append("<%s object>".formatted(Values.typeName(value)));
    }
  }

  private static void list(StringBuilder out, Collection<?> items, String open, String close) {
    out.append(open);
    for (Iterator<?> each = items.iterator(); each.hasNext(); ) {
      append(out, each.next());
      out.append(each.hasNext() ? ", " : "");
    }
    out.append(close);
  }

  private static void appendMap(StringBuilder out, Map<?, ?> map) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      append(out.append(separator), entry.getKey());
      append(out.append(": "), entry.getValue());
      separator = ", ";
    }
    out.append('}');
  }

  private static void quote(StringBuilder out, String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints().forEach(c -> appendQuoted(out, c, quote));
    out.append(quote);
  }

  private static void appendQuoted(StringBuilder out, int c, char quote) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U");
          out.append(HexFormat.of().toHexDigits(c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return c == ' '
        || switch (Character.getType(c)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR ->
              false;
          default -> true;
        };
  }
}
