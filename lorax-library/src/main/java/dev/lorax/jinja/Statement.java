package dev.lorax.jinja;

/** What a template does. */
@FunctionalInterface
interface Statement {
  Flow run(Frame frame);

  /** How it goes on after a statement. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  /** The same as a step at that line. */
  default Statement at(int line) {
    return frame -> frame.budget().step(line, () -> run(frame));
  }
}
