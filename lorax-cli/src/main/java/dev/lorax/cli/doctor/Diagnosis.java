package dev.lorax.cli.doctor;

/**
 * What was found.
 *
 * @param severity how much it matters
 * @param check a stable name of what was looked at, for programs
 * @param what is the case
 * @param remedy what to do about it; empty where there is nothing to do, or {@code what} says it
 */
public record Diagnosis(Severity severity, String check, String what, String remedy) {
  /** The run cannot begin. */
  public static Diagnosis error(String check, String what, String remedy) {
    return new Diagnosis(Severity.ERROR, check, what, remedy);
  }

  static Diagnosis warning(String check, String what, String remedy) {
    return new Diagnosis(Severity.WARNING, check, what, remedy);
  }

  /** Worth knowing, and no more. */
  public static Diagnosis note(String check, String what, String remedy) {
    return new Diagnosis(Severity.NOTE, check, what, remedy);
  }

  static Diagnosis ok(String check, String what) {
    return new Diagnosis(Severity.OK, check, what, "");
  }

  /** One line, without the severity. */
  @Override
  public String toString() {
    return remedy.isEmpty() ? what : what + ": " + remedy;
  }
}
