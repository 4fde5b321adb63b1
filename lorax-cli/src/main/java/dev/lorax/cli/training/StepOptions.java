package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import picocli.CommandLine.Option;

/** How many steps a run has, and how much one learns from; on the command line, options. */
public class StepOptions {
  private static final int USUAL_WINDOW = 256;
  private static final int USUAL_LIMIT = 1024; // tokens of a sample
  private static final int MOST_WINDOWS = 1_000_000;

  /** Optimiser steps; null: as many as the epochs need. */
  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Optimiser steps; instead of --epochs. One step learns from batch-size x"
              + " accumulate windows.")
  public Long steps;

  /** Passes over the text; null: 3, unless steps are given. */
  @Option(
      names = "--epochs",
      paramLabel = "N",
      description =
          "Passes over the text (default: 3, as in transformers' Trainer; small texts"
              + " begin to be learned by heart after that).")
  public Double epochs;

  /** Windows of a batch. */
  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description =
          "Windows that go through the model together (default: ${DEFAULT-VALUE}; more"
              + " need more memory and give steadier steps).")
  public int batchSize = 4;

  /** Tokens of a window; null: 256, or the model's context where that is shorter. */
  @Option(
      names = {"--window", "--max-length"},
      paramLabel = "N",
      description =
          "Tokens of a window of text, or of the longest sample (default: 256 for text, 1024 for"
              + " samples, or the model's context where that is shorter; memory grows with it).")
  public Integer window;

  /** Batches of a step. */
  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description =
          "Batches whose gradients add up to one step (default: ${DEFAULT-VALUE}):"
              + " a large batch in the memory of a small one.")
  public int accumulate = 1;

  /**
   * Checks the numbers.
   *
   * @throws Failure if they are out of range, or do not fit together
   */
  public void check() {
    if (steps != null && epochs != null) {
      throw Failure.usage("--steps and --epochs exclude each other: give one of them");
    }
    least("--steps", steps, 1);
    least("--batch-size", batchSize, 1);
    least("--window or --max-length", window, 1);
    least("--accumulate", accumulate, 1);
    if ((long) batchSize * accumulate > MOST_WINDOWS) {
      throw Failure.usage(
          "--batch-size x --accumulate must be at most %d windows, not %d"
              .formatted(MOST_WINDOWS, (long) batchSize * accumulate));
    }
    if (epochs != null && !(epochs > 0 && epochs < 1e6)) {
      throw Failure.usage("--epochs must be above 0 and below a million, not " + epochs);
    }
  }

  /**
   * The window's length for a model.
   *
   * @throws Failure if it exceeds the model's context
   */
  public int window(int context) {
    return tokens("--window", USUAL_WINDOW, context);
  }

  /**
   * The most tokens of a sample for a model.
   *
   * @throws Failure if it exceeds the model's context
   */
  public int limit(int context) {
    return tokens("--max-length", USUAL_LIMIT, context);
  }

  /** As given, or that many tokens; checked against the model's context. */
  private int tokens(String option, int usual, int context) {
    int length = window == null ? Math.min(usual, context) : window;
    if (length > context) {
      throw Failure.usage(
          "%s %d exceeds the model's context: give at most %d".formatted(option, length, context));
    }
    return length;
  }

  static void least(String option, Number value, long least) {
    if (value != null && value.longValue() < least) {
      throw Failure.usage("%s must be at least %d, not %s".formatted(option, least, value));
    }
  }
}
