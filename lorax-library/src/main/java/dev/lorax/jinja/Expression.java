package dev.lorax.jinja;

/** What a template computes. */
@FunctionalInterface
interface Expression {
  Object evaluate(Frame frame);

  /** The same; what goes wrong in it is told with that line. */
  default Expression at(int line) {
    return frame -> {
      try {
        return evaluate(frame);
      } catch (TemplateException e) {
        throw e.at(line);
      }
    };
  }
}
