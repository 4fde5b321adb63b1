package dev.lorax.jinja;

/** What is wrong with a template, or what a template says is wrong with its variables. */
public final class TemplateException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final int line;
  private final String problem;

  /** A problem whose place in the template is not known yet. */
  public TemplateException(String problem) {
    this(problem, 0, null);
  }

  TemplateException(String problem, int line) {
    this(problem, line, null);
  }

  private TemplateException(String problem, int line, Throwable cause) {
    super(line == 0 ? problem : "line " + line + " of the template: " + problem, cause);
    this.problem = problem;
    this.line = line;
  }

  /** The line of the template, from 1; 0 if it is not known. */
  public int line() {
    return line;
  }

  /** The message without the line. */
  public String problem() {
    return problem;
  }

  /** The same at that line, unless a line is known already. */
  TemplateException at(int here) {
    return line == 0 ? new TemplateException(problem, here, this) : this;
  }
}
