package dev.lorax.cli.training;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.LabelledFile;
import dev.lorax.cli.console.Failure;
import dev.lorax.data.Container;
import dev.lorax.model.Classifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What is learned from; on the command line, options of those names. */
public final class DataOptions extends SampleOptions {
  /** Files, each with its weight. */
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE[:WEIGHT]",
      description =
          "A text, or samples as JSON lines, a JSON array or CSV, in UTF-8, gzipped or not: text;"
              + " prompt and completion; messages; instruction, input and output; conversations; for an"
              + " encoder text and label, or text_a, text_b and label."
              + " Several files of samples may be given; an epoch goes over each WEIGHT times.",
      order = -2) // before those of all samples
  public List<WeightedFile> files = new ArrayList<>();

  /** What is measured on; null: a share of the files. */
  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description =
          "Samples, or a text for a text, to measure on instead of a share of the data"
              + " (--held-out).",
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
    if (validation != null && options.heldOut != null && options.heldOut > 0) {
      throw Failure.usage(
          "--held-out would do nothing beside --validation, which is measured on instead: leave one of"
              + " them out, of the recipe too");
    }
    if (base.architecture() instanceof Classifier) {
      return LabelledMaterial.open(base, this, options);
    }
    if (Container.of(first) != Container.PLAIN_TEXT) {
      requireSamples(first, options);
      return ExampleMaterial.open(base, this, options);
    }
    check(first);
    if (files.size() > 1) {
      throw Failure.usage(
          "%s is plain text, of which one is learned at a time: join the texts, or write each as"
                  .formatted(first)
              + " a line {\"text\": …} of a JSON lines file");
    }
    return TextMaterial.of(text(first, base, options), options, base.architecture().context());
  }

  private TextData text(Path first, Checkpoint base, TrainingOptions options) {
    if (validation == null) {
      return TextData.read(first, base.tokenizer(), options.share());
    }
    if (Container.of(validation) != Container.PLAIN_TEXT) {
      throw Failure.usage(
          "--validation %s holds samples, but %s is plain text: give a text to measure on too"
              .formatted(validation, first));
    }
    int[] train = TextData.read(first, base.tokenizer(), 0).train();
    int[] heldOut = TextData.read(validation, base.tokenizer(), 0).train();
    if (heldOut.length < 2) {
      throw Failure.of(validation + " has a single token, too few to measure on: give more text");
    }
    return new TextData(first.toString(), train, heldOut);
  }

  /** What is said of a text does nothing to samples. */
  private void requireSamples(Path first, TrainingOptions options) {
    if (options.consecutive) {
      throw Failure.usage(
          "--consecutive would do nothing here, since %s holds samples, not one plain text: leave it out,"
                  .formatted(first)
              + " of the recipe too");
    }
  }

  @Override
  Map<String, Boolean> given() {
    Map<String, Boolean> given = super.given();
    given.put("--group-by-length", grouped);
    return given;
  }

  /**
   * The classes that the texts belong to.
   *
   * @throws dev.lorax.data.DataException if a text has none
   */
  public List<String> labels() {
    return LabelledFile.labels(files.stream().map(file -> labelled(file.path())).toList());
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
