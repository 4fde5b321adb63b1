package dev.lorax.cli.evaluation;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.SampleOptions;
import dev.lorax.cli.training.StepOptions;
import dev.lorax.cli.training.TextData;
import dev.lorax.data.Container;
import dev.lorax.data.DataFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What is measured, and on what; on the command line, options of those names. */
public final class EvaluationOptions extends SampleOptions {
  /** The file. */
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "A text in UTF-8, or samples as JSON lines, a JSON array or CSV, as 'lorax train' reads"
              + " them.",
      order = -2) // before those of all samples
  public Path file;

  /** Tokens of the longest sequence; null: as in training. */
  @Option(
      names = {"--window", "--max-length"},
      paramLabel = "N",
      description =
          "Tokens of a window of text, or of the longest sample (default: as 'lorax train' does).")
  public Integer window;

  /** Samples or windows at most; null: all. */
  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Measure on the first N samples or windows (default: all).")
  public Integer limit;

  /** Samples of a batch. */
  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Samples or windows of a batch (default: ${DEFAULT-VALUE}).")
  public int batchSize = 8;

  /** Whether answers are generated and compared. */
  @Option(
      names = "--exact-match",
      description =
          "Also let the model answer each prompt, greedily, and count the answers that are word for"
              + " word those of the file. This takes longer than all else.")
  public boolean exactMatch;

  /** Tokens of an answer; null: some more than the longest answer of the file has. */
  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "Most tokens of an answer (default: 16 more than the longest answer of the file has).")
  public Integer maxTokens;

  /**
   * Checks what needs no model.
   *
   * @throws Failure if a number is out of range
   */
  public void check() {
    least("--window or --max-length", window);
    least("--limit", limit);
    least("--batch-size", batchSize);
    least("--max-tokens", maxTokens);
    if (maxTokens != null && !exactMatch) {
      throw Failure.usage(
          "--max-tokens would do nothing without --exact-match, since no answer is generated: leave it"
              + " out, or give both");
    }
  }

  private static void least(String option, Integer value) {
    if (value != null && value < 1) {
      throw Failure.usage("%s must be at least 1, not %d".formatted(option, value));
    }
  }

  int most() {
    return limit == null ? Integer.MAX_VALUE : limit;
  }

  /**
   * Opens the file for a model, as training would.
   *
   * @throws Failure if it cannot be read or does not fit the model
   */
  EvaluationData open(Checkpoint base) {
    StepOptions training = new StepOptions();
    training.window = window;
    int context = base.architecture().context();
    if (Container.of(file) == Container.PLAIN_TEXT) {
      check(file);
      TextData text = TextData.read(file, base.tokenizer(), 0);
      return TextWindows.of(text, training.window(context), this);
    }
    DataFile samples = samples(file);
    try {
      return new SampleFile(samples, training.limit(context), base, this);
    } catch (RuntimeException refused) {
      samples.close();
      throw refused;
    }
  }
}
