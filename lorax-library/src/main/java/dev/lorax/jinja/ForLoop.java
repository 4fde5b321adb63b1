package dev.lorax.jinja;

import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * A loop.
 *
 * @param test which items take part; null: all
 * @param otherwise what is done where no round was made
 */
record ForLoop(
    Target target, Expression items, Expression test, boolean recursive, Body body, Body otherwise)
    implements Statement {
  @Override
  public Flow run(Frame frame) {
    Object value = items.evaluate(frame);
    if (recursive) {
      frame.rendering().write(text(frame, value, 0));
    } else {
      rounds(frame, value, null, 0);
    }
    return Flow.NEXT;
  }

  private String text(Frame frame, Object value, int depth) {
    TemplateFunction recursion =
        (given, named) -> text(frame, given.get(0), Numbers.count(given.get(1)));
    return frame.rendering().capture(() -> rounds(frame, value, recursion, depth));
  }

  private void rounds(Frame frame, Object value, TemplateFunction recursion, int depth) {
    Iterator<?> all = Values.iterator(value);
    int length = test == null && !(value instanceof Lazy) ? Values.length(value) : -1;
    Loop loop = new Loop(test == null ? all : new Tested(frame, all), length, recursion, depth);
    Rendering rendering = frame.rendering();
    Flow flow = Flow.NEXT;
    boolean completed = false;
    while (flow != Flow.BREAK && loop.hasNext()) {
      Object item = loop.next();
      Frame inner = frame.inner();
      inner.set("loop", loop);
      target.assign(inner, item);
      int start = rendering.length();
      flow = body.run(inner);
      if (item instanceof Map && rendering.isOutermost()) {
        rendering.noteRound(item, start);
      }
      completed |= flow == Flow.NEXT;
    }
    if (!completed) {
      otherwise.run(frame.inner());
    }
  }

  /** The items that pass the loop's test, found when they are asked for. */
  private final class Tested implements Iterator<Object> {
    private final Frame frame;
    private final Iterator<?> all;
    private Object next;
    private boolean found;

    Tested(Frame frame, Iterator<?> all) {
      this.frame = frame;
      this.all = all;
    }

    @Override
    public boolean hasNext() {
      while (!found && all.hasNext()) {
        next = all.next();
        Frame inner = frame.inner();
        target.assign(inner, next);
        found = Values.truth(test.evaluate(inner));
      }
      return found;
    }

    @Override
    public Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      found = false;
      return next;
    }
  }
}
