package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Jinja's filters of lists and dictionaries as a whole. */
final class SequenceFilters {
  static final Map<String, Filters.Filter> BY_NAME = new HashMap<>();

  static {
    BY_NAME.put("length", a -> (long) Values.length(a.bind("obj").get(0)));
    BY_NAME.put("count", BY_NAME.get("length"));
    BY_NAME.put("list", a -> Values.list(a.bind("value").get(0)));
    BY_NAME.put("first", SequenceFilters::first);
    BY_NAME.put("last", SequenceFilters::last);
    BY_NAME.put("join", SequenceFilters::join);
    BY_NAME.put("reverse", SequenceFilters::reverse);
    BY_NAME.put("items", SequenceFilters::items);
    BY_NAME.put("dictsort", SequenceFilters::sortedItems);
    BY_NAME.put("sort", SequenceFilters::sort);
    BY_NAME.put("unique", SequenceFilters::unique);
    BY_NAME.put("min", a -> extreme(a, 1));
    BY_NAME.put("max", a -> extreme(a, -1));
    BY_NAME.put("batch", SequenceFilters::batch);
    BY_NAME.put("slice", SequenceFilters::slice);
    BY_NAME.put("groupby", SequenceFilters::groups);
  }

  private SequenceFilters() {}

  private static Object first(Arguments arguments) {
    Iterator<?> items = Values.iterator(arguments.bind("seq").get(0));
    return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
  }

  private static Object last(Arguments arguments) {
    List<Object> items = Values.list(reversible(arguments.bind("seq").get(0)));
    return items.isEmpty()
        ? new Undefined("No last item, sequence was empty.")
        : items.get(items.size() - 1);
  }

  private static Object reversible(Object value) {
    if (value instanceof Lazy) {
      throw new TemplateException("'generator' object is not reversible");
    }
    return value;
  }

  private static Object join(Arguments arguments) {
    Bound bound = arguments.bind("value", "d", "attribute");
    Path path = Path.of(bound.get(2, null), null);
    String separator = Printing.str(bound.get(1, ""));
    StringBuilder joined = new StringBuilder();
    String before = "";
    for (Iterator<?> items = Values.iterator(bound.get(0)); items.hasNext(); ) {
      joined.append(before).append(Printing.str(path.of(items.next())));
      before = separator;
      Budget.room(joined.length());
    }
    return joined.toString();
  }

  private static Object reverse(Arguments arguments) {
    Object value = arguments.bind("value").get(0);
    if (Values.text(value) != null) {
      return new StringBuilder(Values.text(value)).reverse().toString();
    }
    List<Object> items = Values.list(value);
    Collections.reverse(items);
    return value instanceof Lazy ? items : new Lazy(items.iterator());
  }

  private static Object items(Arguments arguments) {
    Object value = arguments.bind("value").get(0);
    if (value instanceof Map<?, ?> map) {
      return new Lazy(Methods.items(map).items().iterator());
    }
    if (value instanceof Undefined) {
      return new Lazy(Collections.emptyIterator());
    }
    throw new TemplateException("Can only get item pairs from a mapping.");
  }

  private static Object caseless(Object value) {
    return Values.text(value) != null ? Budget.made(Text.lower(Values.text(value))) : value;
  }

  private static Function<Object, Object> key(Object attribute, Object fallback, boolean exact) {
    Path path = Path.of(attribute, fallback);
    return exact ? path::of : item -> caseless(path.of(item));
  }

  /** As Python sorts: stable, also when turned round. */
  private static List<Object> sorted(
      List<Object> items, Function<Object, Object> key, boolean reverse) {
    Comparator<Keyed> order = (a, b) -> Comparison.compare(a.key(), b.key(), "<");
    return new ArrayList<>(
        items.stream()
            .map(item -> new Keyed(key.apply(item), item))
            .sorted(reverse ? order.reversed() : order)
            .map(Keyed::item)
            .toList());
  }

  private record Keyed(Object key, Object item) {}

  private static Object sortedItems(Arguments arguments) {
    Bound bound = arguments.bind("value", "case_sensitive", "by", "reverse");
    String by = bound.has(2) ? bound.text(2) : "key";
    if (!by.equals("key") && !by.equals("value")) {
      throw new TemplateException("You can only sort by either \"key\" or \"value\"");
    }
    if (!(bound.get(0) instanceof Map<?, ?> map)) {
      throw new TemplateException("dictsort needs a mapping");
    }
    Function<Object, Object> key = key(by.equals("key") ? 0L : 1L, null, bound.truth(1, false));
    return sorted(Values.list(Methods.items(map)), key, bound.truth(3, false));
  }

  private static Object sort(Arguments arguments) {
    Bound bound = arguments.bind("value", "reverse", "case_sensitive", "attribute");
    Object attribute = bound.get(3, null);
    boolean exact = bound.truth(2, false);
    Stream<?> attributes =
        Values.text(attribute) != null
            ? Stream.of(Values.text(attribute).split(",", -1))
            : Stream.of(new Object[] {attribute});
    List<Function<Object, Object>> keys = attributes.map(name -> key(name, null, exact)).toList();
    Function<Object, Object> key =
        item -> new Tuple(keys.stream().map(each -> each.apply(item)).toArray());
    return sorted(Values.list(bound.get(0)), key, bound.truth(1, false));
  }

  private static Object unique(Arguments arguments) {
    Bound bound = arguments.bind("value", "case_sensitive", "attribute");
    Function<Object, Object> key = key(bound.get(2, null), null, bound.truth(1, false));
    Set<Object> seen = new HashSet<>();
    return new Lazy(
        Values.list(bound.get(0)).stream()
            .filter(item -> seen.add(Values.key(key.apply(item))))
            .iterator());
  }

  private static Object extreme(Arguments arguments, int sign) {
    Bound bound = arguments.bind("value", "case_sensitive", "attribute");
    Function<Object, Object> key = key(bound.get(2, null), null, bound.truth(1, false));
    Iterator<?> items = Values.iterator(bound.get(0));
    if (!items.hasNext()) {
      return new Undefined("No aggregated item, sequence was empty.");
    }
    Object first = items.next();
    Keyed best = new Keyed(key.apply(first), first);
    while (items.hasNext()) {
      Object item = items.next();
      Object own = key.apply(item);
      int order = Comparison.compare(own, best.key(), sign > 0 ? "<" : ">");
      best = order * sign < 0 ? new Keyed(own, item) : best;
    }
    return best.item();
  }

  private static Object batch(Arguments arguments) {
    Bound bound = arguments.bind("value", "linecount", "fill_with");
    int size = Numbers.count(bound.get(1));
    List<Object> items = Values.list(bound.get(0));
    List<Object> batches = new ArrayList<>();
    for (int from = 0; from < items.size(); from += Math.max(1, size)) {
      int to = Math.min(items.size(), from + Math.max(1, size));
      batches.add(new ArrayList<>(items.subList(from, to)));
    }
    if (!batches.isEmpty() && bound.get(2, null) != null) {
      @SuppressWarnings("unchecked")
      List<Object> last = (List<Object>) batches.get(batches.size() - 1);
      Budget.steps(Math.max(0, size));
      last.addAll(Collections.nCopies(Math.max(0, size - last.size()), bound.get(2)));
    }
    return new Lazy(batches.iterator());
  }

  private static Object slice(Arguments arguments) {
    Bound bound = arguments.bind("value", "slices", "fill_with");
    int slices = Numbers.count(bound.get(1));
    Budget.steps(Math.max(0, slices));
    List<Object> items = Values.list(bound.get(0));
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < slices; i++) {
      boolean longer = i < items.size() % slices;
      int to = from + items.size() / slices + (longer ? 1 : 0);
      List<Object> part = new ArrayList<>(items.subList(from, to));
      if (!longer && bound.get(2, null) != null) {
        part.add(bound.get(2));
      }
      parts.add(part);
      from = to;
    }
    return new Lazy(parts.iterator());
  }

  private static Object groups(Arguments arguments) {
    Bound bound = arguments.bind("value", "attribute", "default", "case_sensitive");
    Object fallback = bound.get(2, null);
    Function<Object, Object> key = key(bound.get(1), fallback, bound.truth(3, false));
    List<Object> groups = new ArrayList<>();
    List<Object> group = new ArrayList<>();
    for (Object item : sorted(Values.list(bound.get(0)), key, false)) {
      if (!group.isEmpty() && !Comparison.equal(key.apply(group.get(0)), key.apply(item))) {
        groups.add(group(bound.get(1), fallback, group));
        group = new ArrayList<>();
      }
      group.add(item);
    }
    if (!group.isEmpty()) {
      groups.add(group(bound.get(1), fallback, group));
    }
    return groups;
  }

  private static Group group(Object attribute, Object fallback, List<Object> items) {
    return new Group(Path.of(attribute, fallback).of(items.get(0)), items);
  }

  /** What {@code groupby} gives: a tuple whose parts have names. */
  private static final class Group extends Tuple implements Attributes {
    Group(Object grouper, List<Object> items) {
      super(grouper, items);
    }

    @Override
    public Object attribute(String name) {
      return name.equals("grouper") ? get(0) : name.equals("list") ? get(1) : Bound.MISSING;
    }
  }
}
