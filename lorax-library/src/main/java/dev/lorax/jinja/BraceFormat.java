package dev.lorax.jinja;

import java.util.List;
import java.util.Map;

/** Python's {@code str.format}. */
final class BraceFormat {
  private final List<Object> positional;
  private final Object named;
  private int next;

  private BraceFormat(List<Object> positional, Object named) {
    this.positional = positional;
    this.named = named;
  }

  static String format(String pattern, Arguments arguments) {
    return new BraceFormat(arguments.positional(), arguments.named()).apply(pattern, 2);
  }

  static String formatMap(String pattern, Object map) {
    return new BraceFormat(List.of(), map).apply(pattern, 2);
  }

  private String apply(String pattern, int depth) {
    if (depth < 0) {
      throw new TemplateException("Max string recursion exceeded");
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      boolean doubled = i + 1 < pattern.length() && pattern.charAt(i + 1) == c;
      if (c != '{' && c != '}') {
        out.append(c);
      } else if (doubled) {
        out.append(c);
        i++;
      } else if (c == '}') {
        throw new TemplateException("Single '}' encountered in format string");
      } else {
        int end = end(pattern, i + 1);
        out.append(field(pattern.substring(i + 1, end), depth));
        i = end;
      }
      Budget.room(out.length());
    }
    return out.toString();
  }

  private static int end(String pattern, int start) {
    int open = 1;
    for (int i = start; i < pattern.length(); i++) {
      open += pattern.charAt(i) == '{' ? 1 : pattern.charAt(i) == '}' ? -1 : 0;
      if (open == 0) {
        return i;
      }
    }
    throw new TemplateException("Single '{' encountered in format string");
  }

  private String field(String field, int depth) {
    int colon = field.indexOf(':');
    String spec = colon < 0 ? "" : field.substring(colon + 1);
    String name = colon < 0 ? field : field.substring(0, colon);
    int mark = name.indexOf('!');
    String conversion = mark < 0 ? "" : name.substring(mark + 1);
    Object value = value(mark < 0 ? name : name.substring(0, mark));
    switch (conversion) {
      case "" -> {}
      case "s" -> value = Printing.str(value);
      case "r", "a" -> value = Printing.repr(value);
      default -> throw new TemplateException("Unknown conversion specifier " + conversion);
    }
    if (value instanceof Undefined) {
      value = "";
    }
    return FormatSpec.parse(apply(spec, depth - 1)).format(value);
  }

  private Object value(String path) {
    String[] parts = path.split("(?=[.\\[])", -1);
    Object value = first(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].substring(1);
      if (parts[i].startsWith(".")) {
        value = Subscripts.attribute(value, part);
      } else {
        String key = part.endsWith("]") ? part.substring(0, part.length() - 1) : part;
        value =
            Subscripts.element(value, key.matches("\\d{1,9}") ? (Object) Long.valueOf(key) : key);
      }
    }
    return value;
  }

  private Object first(String name) {
    if (name.isEmpty() || name.matches("\\d{1,9}")) {
      int index = name.isEmpty() ? next++ : Integer.parseInt(name);
      if (index >= positional.size()) {
        throw new TemplateException(
            "Replacement index %d out of range for positional args tuple".formatted(index));
      }
      return positional.get(index);
    }
    if (named instanceof Map<?, ?> map && map.containsKey(name)) {
      return map.get(name);
    }
    throw new TemplateException("KeyError: '" + name + "'");
  }
}
