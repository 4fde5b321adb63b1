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

  /** The same; what goes wrong in it is told with that line. */
  default Statement at(int line) {
    return frame -> {
      try {
        return run(frame);
      } catch (TemplateException e) {
        throw e.at(line);
      }
    };
  }
}
