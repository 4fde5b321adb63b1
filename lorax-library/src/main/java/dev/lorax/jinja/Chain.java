package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A value, and what is done to it, one after the other: {@code a + b + c}, {@code a.b(c)|d}. It may
 * be long, since it is no nest of expressions.
 */
record Chain(Expression first, List<Link> links) implements Expression {
  /** What is done to a value. */
  interface Operation {
    Object apply(Frame frame, Object value);

    default Link at(int line) {
      return new Link(this, line);
    }
  }

  /** An operation, and the line where it stands. */
  record Link(Operation operation, int line) {
    Object apply(Frame frame, Object value) {
      return frame.budget().step(line, () -> operation.apply(frame, value));
    }
  }

  static Expression of(Expression first, List<Link> links) {
    return links.isEmpty() ? first : new Chain(first, links);
  }

  @Override
  public Object evaluate(Frame frame) {
    Object value = first.evaluate(frame);
    for (Link link : links) {
      value = link.apply(frame, value);
    }
    return value;
  }

  boolean endsInCall() {
    return last().operation() instanceof Call;
  }

  /** The same, where the call at its end has the body of a call block as its caller. */
  Chain with(Function<Frame, Macro> caller) {
    Call call = (Call) last().operation();
    List<Link> all = new ArrayList<>(links.subList(0, links.size() - 1));
    Operation called = (frame, callee) -> call.apply(frame, callee, caller.apply(frame));
    all.add(called.at(last().line()));
    return new Chain(first, all);
  }

  private Link last() {
    return links.get(links.size() - 1);
  }
}
