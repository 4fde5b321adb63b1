package dev.lorax.jinja;

import java.util.List;

/** Statements one after the other. */
record Body(List<Statement> statements) implements Statement {
  @Override
  public Flow run(Frame frame) {
    for (Statement statement : statements) {
      Flow flow = statement.run(frame);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  /** What the statements write, in a frame of their own. */
  String text(Frame frame) {
    return frame.rendering().capture(() -> run(frame.inner()));
  }
}
