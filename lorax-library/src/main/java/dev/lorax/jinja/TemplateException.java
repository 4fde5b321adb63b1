package dev.lorax.jinja;

/** What is wrong with a template, or what a template says is wrong with its variables. */
public final class TemplateException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private static final int LONGEST = 500;

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
    super((line == 0 ? "" : "line " + line + " of the template: ") + oneLine(problem), cause);
    this.problem = oneLine(problem);
    this.line = line;
  }

  /** Whatever went wrong, at that line unless it knows its own. */
  static TemplateException of(Throwable failure, int here) {
    if (failure instanceof TemplateException known) {
      return known.at(here);
    }
    String problem =
        failure instanceof StackOverflowError
            ? "blocks, calls or values lie too deep in each other"
            : "this cannot be worked out (%s)".formatted(failure);
    return new TemplateException(problem, here, failure);
  }

  /** A message may quote what a template says, of any length. */
  private static String oneLine(String problem) {
    String start = problem.substring(0, Math.min(problem.length(), LONGEST));
    String line = start.replaceAll("\\p{Cntrl}+", " ");
    return problem.length() > LONGEST ? line + "..." : line;
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
