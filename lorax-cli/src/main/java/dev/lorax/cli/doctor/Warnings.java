package dev.lorax.cli.doctor;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;

/** The doctor's word in short, at the start of a run. */
public final class Warnings {
  private Warnings() {}

  /**
   * Prints what speaks against a run, a line each.
   *
   * @throws Failure if it must not begin
   */
  public static void print(Console console, Case run) {
    for (Diagnosis found : Checks.quick(run)) {
      if (found.severity() == Severity.ERROR) {
        throw Failure.of(found.toString());
      }
      if (found.severity() == Severity.WARNING) {
        console.note("warning", found.toString());
      }
    }
  }
}
