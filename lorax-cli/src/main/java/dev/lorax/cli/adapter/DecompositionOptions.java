package dev.lorax.cli.adapter;

import dev.lorax.algebra.Decomposition;
import picocli.CommandLine.Option;

/** How large matrices are decomposed. */
final class DecompositionOptions {
  private static final int ITERATIONS = 4;

  @Option(
      names = "--exact",
      description =
          "Decompose matrices exactly, which takes minutes each where they have thousands of rows,"
              + " instead of from a random sketch, which hardly loses more.")
  private boolean exact;

  Decomposition decomposition() {
    return exact ? Decomposition.EXACT : Decomposition.fast(ITERATIONS, 0);
  }
}
