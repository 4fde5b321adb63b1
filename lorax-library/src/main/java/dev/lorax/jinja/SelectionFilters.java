package dev.lorax.jinja;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Jinja's filters that go through a list item by item, when asked for them. */
final class SelectionFilters {
  static final Map<String, Filters.Filter> BY_NAME = new HashMap<>();

  static {
    BY_NAME.put("map", SelectionFilters::map);
    BY_NAME.put("select", a -> select(a, false, true));
    BY_NAME.put("reject", a -> select(a, false, false));
    BY_NAME.put("selectattr", a -> select(a, true, true));
    BY_NAME.put("rejectattr", a -> select(a, true, false));
  }

  private SelectionFilters() {}

  private static Stream<Object> stream(Object value) {
    Iterator<?> items = Values.truth(value) ? Values.iterator(value) : Stream.empty().iterator();
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, 0), false)
        .map(Function.identity());
  }

  private static Object map(Arguments arguments) {
    Object value = arguments.positional().get(0);
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    if (arguments.positional().size() == 1 && named.containsKey("attribute")) {
      Path path = Path.of(named.remove("attribute"), named.remove("default"));
      if (!named.isEmpty()) {
        throw new TemplateException(
            "Unexpected keyword argument '" + named.keySet().iterator().next() + "'");
      }
      return new Lazy(stream(value).map(path::of).iterator());
    }
    if (arguments.positional().size() == 1) {
      throw new TemplateException("map requires a filter argument");
    }
    String filter = Printing.str(arguments.positional().get(1));
    Arguments rest = arguments.from(2);
    return new Lazy(stream(value).map(item -> Filters.apply(filter, item, rest)).iterator());
  }

  private static Object select(Arguments arguments, boolean byAttribute, boolean keep) {
    int first = byAttribute ? 2 : 1;
    if (arguments.positional().size() < first) {
      throw new TemplateException("Missing parameter for attribute name");
    }
    Path path = Path.of(byAttribute ? arguments.positional().get(1) : null, null);
    boolean tested = arguments.positional().size() > first;
    String test = tested ? Printing.str(arguments.positional().get(first)) : null;
    Arguments rest = tested ? arguments.from(first + 1) : null;
    Function<Object, Boolean> holds =
        item -> tested ? Tests.apply(test, path.of(item), rest) : Values.truth(path.of(item));
    return new Lazy(
        stream(arguments.positional().get(0)).filter(item -> holds.apply(item) == keep).iterator());
  }
}
