package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of Python's values, without those that change them: the sandbox refuses these. */
final class Methods {
  private static final Set<String> CHANGE_LISTS =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  private static final Set<String> CHANGE_MAPS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private Methods() {}

  /** A method or attribute; {@link Bound#MISSING} where the value has none of that name. */
  static Object find(Object owner, String name) {
    if (owner instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (owner instanceof Attributes attributes) {
      Object attribute = attributes.attribute(name);
      if (attribute != Bound.MISSING) {
        return attribute;
      }
    }
    if (Values.text(owner) != null) {
      return StringMethods.find(owner, name);
    }
    if (owner instanceof Map<?, ?> map) {
      return CHANGE_MAPS.contains(name) ? Undefined.unsafe(owner, name) : ofMap(map, name);
    }
    if (owner instanceof List<?> list) {
      boolean changes = CHANGE_LISTS.contains(name) && Values.typeName(owner).equals("list");
      return changes ? Undefined.unsafe(owner, name) : ofList(list, name);
    }
    if (owner instanceof Double number && name.equals("is_integer")) {
      return function((given, named) -> number == Math.rint(number));
    }
    return Bound.MISSING;
  }

  private static TemplateFunction function(TemplateFunction function) {
    return function;
  }

  private static Object ofMap(Map<?, ?> map, String name) {
    return switch (name) {
      case "keys" -> function((given, named) -> new View("dict_keys", map.keySet()));
      case "values" -> function((given, named) -> new View("dict_values", map.values()));
      case "items" -> function((given, named) -> items(map));
      case "copy" -> function((given, named) -> copy(map));
      case "get" ->
          function(
              (given, named) -> {
                if (!named.isEmpty()) {
                  throw new TemplateException("dict.get() takes no keyword arguments");
                }
                Bound bound = new Arguments("get", given, named).bind("key", "default");
                Object value = Values.lookUp(map, bound.get(0));
                return value == Bound.MISSING ? bound.get(1, null) : value;
              });
      default -> Bound.MISSING;
    };
  }

  private static Map<?, ?> copy(Map<?, ?> map) {
    Budget.steps(map.size());
    return new LinkedHashMap<>(map);
  }

  static View items(Map<?, ?> map) {
    Budget.steps(map.size());
    List<Object> items = new ArrayList<>(map.size());
    map.forEach((key, value) -> items.add(new Tuple(key, value)));
    return new View("dict_items", items);
  }

  private static Object ofList(List<?> list, String name) {
    return switch (name) {
      case "count" -> function((given, named) -> count(list, one("count", given, named)));
      case "index" -> function((given, named) -> index(list, one("index", given, named)));
      case "copy" ->
          Values.typeName(list).equals("list")
              ? function((given, named) -> Values.list(list))
              : Bound.MISSING;
      default -> Bound.MISSING;
    };
  }

  private static Object one(String method, List<Object> given, Map<String, Object> named) {
    return new Arguments(method, given, named).bind("value").get(0);
  }

  private static long count(List<?> list, Object value) {
    return list.stream().filter(item -> Comparison.equal(item, value)).count();
  }

  private static long index(List<?> list, Object value) {
    for (int i = 0; i < list.size(); i++) {
      if (Comparison.equal(list.get(i), value)) {
        return i;
      }
    }
    throw new TemplateException(Printing.repr(value) + " is not in list");
  }
}
