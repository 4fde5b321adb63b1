package dev.lorax.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template can call. */
final class Globals {
  static final Map<String, TemplateFunction> BY_NAME =
      Map.of(
          "range", Globals::range,
          "dict", Globals::dict,
          "namespace", (given, named) -> new Namespace(dict(given, named)),
          "cycler", (given, named) -> new Cycler(given),
          "joiner", Globals::joiner);

  private Globals() {}

  private static Object range(List<Object> given, Map<String, Object> named) {
    Bound bound = new Arguments("range", given, named).bind("start", "stop", "step");
    long first = Numbers.integer(bound.get(0));
    return bound.has(1)
        ? new Range(first, Numbers.integer(bound.get(1)), Numbers.integer(bound.get(2, 1L)))
        : new Range(0, first, 1);
  }

  private static Map<String, Object> dict(List<Object> given, Map<String, Object> named) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (given.size() > 1) {
      throw new TemplateException("dict expected at most 1 argument, got " + given.size());
    }
    if (!given.isEmpty() && given.get(0) instanceof Map<?, ?> map) {
      Budget.steps(map.size());
      dict.putAll(map);
    } else if (!given.isEmpty()) {
      for (Object pair : Values.list(given.get(0))) {
        List<Object> parts = Values.list(pair);
        if (parts.size() != 2) {
          throw new TemplateException(
              "dictionary update sequence element has length %d; 2 is required"
                  .formatted(parts.size()));
        }
        dict.put(Values.key(parts.get(0)), parts.get(1));
      }
    }
    dict.putAll(named);
    @SuppressWarnings("unchecked")
    Map<String, Object> result = (Map<String, Object>) (Map<?, ?>) dict;
    return result;
  }

  private static Object joiner(List<Object> given, Map<String, Object> named) {
    Object separator = new Arguments("joiner", given, named).bind("sep").get(0, ", ");
    boolean[] used = {false};
    return (TemplateFunction)
        (none, noneNamed) -> {
          Object text = used[0] ? separator : "";
          used[0] = true;
          return text;
        };
  }

  /** Gives its items in turn. */
  private static final class Cycler implements Attributes {
    private final List<Object> items;
    private int position;

    Cycler(List<Object> items) {
      if (items.isEmpty()) {
        throw new TemplateException("at least one item has to be provided");
      }
      this.items = items;
    }

    @Override
    public Object attribute(String name) {
      return switch (name) {
        case "current" -> items.get(position);
        case "next" -> (TemplateFunction) (given, named) -> next();
        case "reset" -> (TemplateFunction) (given, named) -> reset();
        default -> Bound.MISSING;
      };
    }

    private Object next() {
      Object item = items.get(position);
      position = (position + 1) % items.size();
      return item;
    }

    private Object reset() {
      position = 0;
      return null;
    }
  }
}
