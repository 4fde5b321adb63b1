package dev.lorax.jinja;

/** What a template computes. */
@FunctionalInterface
interface Expression {
  Object evaluate(Frame frame);

  /** The same as a step at that line. */
  default Expression at(int line) {
    return frame -> frame.budget().step(line, () -> evaluate(frame));
  }
}
