package dev.lorax.cli.training;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.data.Container;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is learned from; on the command line, options of those names. */
public final class DataOptions extends SampleOptions {
  /** Files, each with its weight. */
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE[:WEIGHT]",
      description =
          "A text in UTF-8, or samples as JSON lines, a JSON array or CSV, gzipped or not: text;"
              + " prompt and completion; messages; instruction, input and output; conversations."
              + " Several files of samples may be given; an epoch goes over each WEIGHT times.",
      order = -2) // before those of all samples
  public List<WeightedFile> files = new ArrayList<>();

  /** What is measured on; null: a share of the files. */
  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description = "Samples to measure on, instead of a share of the data (--held-out).",
      order = -2)
  public Path validation;

  /** Whether samples of similar length come together. */
  @Option(
      names = "--group-by-length",
      description =
          "Let the samples of a step have similar lengths. Nothing is padded either way, so it"
              + " saves no time, and its largest steps take more memory.")
  public boolean grouped;

  /**
   * Opens it for a model.
   *
   * @throws Failure if it cannot be read or does not fit the model
   */
  public Material open(Checkpoint base, TrainingOptions options) {
    Path first = files.get(0).path();
    if (Container.of(first) != Container.PLAIN_TEXT) {
      return ExampleMaterial.open(base, this, options);
    }
    if (files.size() > 1 || validation != null) {
      throw Failure.usage(
          "%s is plain text, of which one is learned at a time: join the texts, or write each as"
                  .formatted(first)
              + " a line {\"text\": …} of a JSON lines file");
    }
    TextData text = TextData.read(first, base.tokenizer(), options.heldOut);
    return TextMaterial.of(text, options, base.architecture().context());
  }

  /** Every file that is read. */
  public List<Path> all() {
    List<Path> all = new ArrayList<>(files.stream().map(WeightedFile::path).toList());
    if (validation != null) {
      all.add(validation);
    }
    if (template != null) {
      all.add(template);
    }
    return all;
  }
}
