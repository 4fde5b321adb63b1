package dev.lorax.jinja;

import java.util.HashMap;
import java.util.Map;

/** Jinja's filters by name. */
final class Filters {
  /** A filter; its value is the first argument. */
  interface Filter {
    Object apply(Arguments arguments);
  }

  private static final Map<String, Filter> BY_NAME = new HashMap<>();

  static {
    BY_NAME.putAll(TextFilters.BY_NAME);
    BY_NAME.putAll(NumberFilters.BY_NAME);
    BY_NAME.putAll(SequenceFilters.BY_NAME);
    BY_NAME.putAll(SelectionFilters.BY_NAME);
    BY_NAME.put("tojson", Json::write);
    BY_NAME.put("default", Filters::orDefault);
    BY_NAME.put("d", Filters::orDefault);
    BY_NAME.put("attr", Filters::attribute);
  }

  private Filters() {}

  static boolean exist(String name) {
    return BY_NAME.containsKey(name);
  }

  /** A filter's result; the arguments are those after its value. */
  static Object apply(String name, Object value, Arguments arguments) {
    Filter filter = BY_NAME.get(name);
    if (filter == null) {
      throw new TemplateException("No filter named '" + name + "'.");
    }
    Budget.read(value);
    arguments.read();
    Object result = filter.apply(arguments.after(value));
    return result == value ? result : Budget.made(result);
  }

  private static Object orDefault(Arguments arguments) {
    Bound bound = arguments.bind("value", "default_value", "boolean");
    Object value = bound.get(0);
    boolean absent = value instanceof Undefined || bound.truth(2, false) && !Values.truth(value);
    return absent ? bound.get(1, "") : value;
  }

  private static Object attribute(Arguments arguments) {
    Bound bound = arguments.bind("obj", "name");
    Object attribute = Methods.find(bound.get(0), bound.text(1));
    return attribute == Bound.MISSING ? Undefined.part(bound.get(0), bound.text(1)) : attribute;
  }
}
