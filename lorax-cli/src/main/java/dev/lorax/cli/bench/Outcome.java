package dev.lorax.cli.bench;

import dev.lorax.cli.console.Console;

/**
 * Where a benchmark's figures go.
 *
 * @param console where they are printed
 * @param json whether as one object
 */
record Outcome(Console console, boolean json) {
  void tell(Measured measured, Machine machine) {
    if (json) {
      console.result(Report.of(measured, machine));
    } else {
      new Table(console).print(measured, machine);
    }
  }
}
