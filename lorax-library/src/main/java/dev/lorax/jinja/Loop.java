package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The variable {@code loop} in a loop. It asks for items no earlier than the template does. */
final class Loop implements Attributes, TemplateFunction {
  private static final Object NONE = new Object();

  private final TemplateFunction recursion;
  private final int depth0;
  private Iterator<?> items;
  private int length;
  private int index0 = -1;
  private Object previous = NONE;
  private Object current = NONE;
  private Object following = NONE;
  private Object lastChanged = NONE;

  /**
   * A loop before its first round.
   *
   * @param length of the items; below 0: not known without going through them
   * @param recursion renders the loop's body for other items; null: the loop is not recursive
   */
  Loop(Iterator<?> items, int length, TemplateFunction recursion, int depth0) {
    this.items = items;
    this.length = length;
    this.recursion = recursion;
    this.depth0 = depth0;
  }

  boolean hasNext() {
    return following != NONE || items.hasNext();
  }

  Object next() {
    Object item = following != NONE ? following : items.next();
    following = NONE;
    index0++;
    previous = current;
    current = item;
    return item;
  }

  int index() {
    return index0 + 1;
  }

  int length() {
    if (length < 0) {
      List<Object> rest = new ArrayList<>();
      items.forEachRemaining(rest::add);
      items = rest.iterator();
      length = index() + (following == NONE ? 0 : 1) + rest.size();
    }
    return length;
  }

  private Object following() {
    if (following == NONE && items.hasNext()) {
      following = items.next();
    }
    return following == NONE ? new Undefined("there is no next item") : following;
  }

  @Override
  public Object attribute(String name) {
    return switch (name) {
      case "index" -> (long) index();
      case "index0" -> (long) index0;
      case "revindex" -> (long) length() - index0;
      case "revindex0" -> (long) length() - index();
      case "first" -> index0 == 0;
      case "last" -> !hasNext();
      case "length" -> (long) length();
      case "depth" -> depth0 + 1L;
      case "depth0" -> (long) depth0;
      case "previtem" -> index0 == 0 ? new Undefined("there is no previous item") : previous;
      case "nextitem" -> following();
      case "cycle" -> (TemplateFunction) (given, named) -> cycle(given);
      case "changed" -> (TemplateFunction) (given, named) -> changed(given);
      default -> Bound.MISSING;
    };
  }

  private Object cycle(List<Object> given) {
    if (given.isEmpty()) {
      throw new TemplateException("no items for cycling given");
    }
    return given.get(index0 % given.size());
  }

  private Object changed(List<Object> given) {
    Tuple now = new Tuple(given.toArray());
    boolean changed = lastChanged == NONE || !Comparison.equal(lastChanged, now);
    lastChanged = now;
    return changed;
  }

  @Override
  public Object call(List<Object> positional, Map<String, Object> named) {
    if (recursion == null) {
      throw new TemplateException(
          "The loop must have the 'recursive' marker to be called recursively.");
    }
    Object items = new Arguments("loop", positional, named).bind("iterable").get(0);
    return recursion.call(List.of(items, depth0 + 1L), Map.of());
  }
}
