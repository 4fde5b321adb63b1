package dev.lorax.cli.training;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.data.DataFile;
import dev.lorax.data.EncodedFile;
import dev.lorax.data.Example;
import dev.lorax.data.Examples;
import dev.lorax.data.Layout;
import dev.lorax.data.Mixture;
import dev.lorax.data.SampleEncoder;
import dev.lorax.data.Split;
import dev.lorax.data.TokenStatistics;
import dev.lorax.train.Batches;
import dev.lorax.train.BatchesAhead;
import dev.lorax.train.ExampleBatches;
import dev.lorax.train.HeldOutExamples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Samples of files, as a model learns them. */
public final class ExampleMaterial implements Material {
  private static final int AHEAD = 4; // batches made while a step runs
  private static final int MOST_HELD_OUT = 256; // samples of a measurement
  private static final int BEGINNING = 16; // tokens of a text to go on with

  private final int limit;
  private final int group;
  private final List<Part> parts;
  private final Mixture train;
  private final Examples heldOut;
  private final SampleSurvey survey;
  private ExampleBatches batches;
  private Optional<BatchesAhead> ahead = Optional.empty();

  /**
   * One file.
   *
   * @param file open
   * @param examples of it, encoded
   * @param weight how many times an epoch goes over it; 0: it is only measured on
   */
  public record Part(DataFile file, EncodedFile examples, double weight) {}

  private ExampleMaterial(int limit, int group, List<Part> parts, Shares shares) {
    this.group = group;
    this.limit = limit;
    this.parts = parts;
    train = shares.train;
    heldOut = shares.heldOut;
    survey = SampleSurvey.of(train.examples(), parts);
    if (survey.statistics().learned() == 0) {
      throw faults().nothingToLearn(survey.statistics().samples());
    }
  }

  /**
   * Opens files for a model.
   *
   * @throws Failure if one cannot be read, or none of the first samples can be learned
   */
  static ExampleMaterial open(Checkpoint base, DataOptions data, TrainingOptions options) {
    int context = base.architecture().context();
    int limit = options.limit(context);
    SampleEncoder encoder = data.encoder(base, data.encoding(limit));
    List<Part> parts = new ArrayList<>();
    try {
      data.files.forEach(file -> parts.add(part(file.path(), file.weight(), data, encoder)));
      if (data.validation != null) {
        parts.add(part(data.validation, 0, data, encoder));
      }
      data.check(
          parts.stream()
              .map(part -> part.file.format().layout())
              .collect(Collectors.toCollection(() -> EnumSet.noneOf(Layout.class))));
      int group = data.grouped ? options.batchSize * options.accumulate : 1;
      return new ExampleMaterial(limit, group, parts, Shares.of(parts, options));
    } catch (RuntimeException failed) {
      parts.forEach(part -> part.file.close());
      throw failed;
    }
  }

  private static Part part(Path path, double weight, DataOptions data, SampleEncoder encoder) {
    DataFile file = data.samples(path);
    return new Part(file, new EncodedFile(file, encoder), weight);
  }

  /** What is learned from, and what is held out. */
  private record Shares(Mixture train, Examples heldOut) {
    static Shares of(List<Part> parts, TrainingOptions options) {
      boolean apart = parts.stream().anyMatch(part -> part.weight == 0);
      List<Mixture.Source> train = new ArrayList<>();
      List<Mixture.Source> held = new ArrayList<>();
      for (Part part : parts) {
        double share = apart ? 0 : options.share();
        if (part.weight == 0) {
          held.add(new Mixture.Source(part.examples, 1));
        } else {
          Split split = Split.of(part.examples, share, options.seed);
          train.add(new Mixture.Source(split.train(), part.weight));
          held.add(new Mixture.Source(split.heldOut(), 1));
        }
      }
      return new Shares(
          new Mixture(train, options.seed), new Mixture(held, options.seed).examples());
    }
  }

  /** The files. */
  public List<Part> parts() {
    return parts;
  }

  /** How many tokens the samples have that were looked at. */
  public TokenStatistics statistics() {
    return survey.statistics();
  }

  /** What the samples that were looked at are like. */
  public SampleSurvey survey() {
    return survey;
  }

  /** What is held out of the files, or all of those that are only measured on; may have none. */
  public Examples heldOut() {
    return heldOut;
  }

  /** What is learned from, in the order of the files. */
  public Examples examples() {
    return train.examples();
  }

  @Override
  public long perEpoch() {
    return train.perEpoch();
  }

  @Override
  public String unit() {
    return "samples";
  }

  @Override
  public Batches batches(int size, long seed) {
    batches = Failure.orUsage(() -> ExampleBatches.of(train).size(size).seed(seed).groups(group));
    ahead = Optional.of(batches.ahead(AHEAD));
    return ahead.get();
  }

  @Override
  public Optional<HeldOut> heldOut(int size) {
    if (heldOut.count() == 0) {
      return Optional.empty();
    }
    if (IntStream.range(0, heldOut.count()).allMatch(i -> heldOut.examples(i).isEmpty())) {
      throw faults().nothingToMeasure(heldOut.count());
    }
    HeldOutExamples measured =
        Failure.orFail(() -> HeldOutExamples.of(heldOut, size, MOST_HELD_OUT));
    return Optional.of(new HeldOut(measured, measured.count(), measured.samples()));
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public int longest() {
    return Math.min(limit, statistics().percentile(1));
  }

  /** Of those that are learned from. */
  @Override
  public double meanTokens() {
    TokenStatistics statistics = survey.statistics();
    return (double) statistics.tokens() / (statistics.samples() - statistics.dropped());
  }

  /** Hardly ever are all samples of a batch among the longest. */
  @Override
  public int mostTokens(int size) {
    return size * statistics().percentile(size < 4 || group > 1 ? 1 : 0.95);
  }

  @Override
  public int[] beginning() {
    Examples from = heldOut.count() > 0 ? heldOut : train.examples();
    for (int i = 0; i < from.count(); i++) {
      for (Example example : from.examples(i)) {
        return beginning(example);
      }
    }
    return new int[0];
  }

  /** All before the first answer, or the first words where everything is learned. */
  private static int[] beginning(Example example) {
    int end = 0;
    while (end < example.tokens().length && !example.supervised()[end]) {
      end++;
    }
    boolean prompt = end > 1 && end < example.tokens().length;
    return Arrays.copyOf(
        example.tokens(), prompt ? end : Math.min(BEGINNING, example.tokens().length));
  }

  @Override
  public List<String> facts() {
    return new ExampleFacts(this).lines();
  }

  /** What is remarkable about samples seen so far. */
  public ExampleFaults faults() {
    return new ExampleFaults(parts);
  }

  @Override
  public Optional<String> place(long batch, int sequence) {
    int[] numbers = batches.numbers(batch);
    return Optional.of(train.examples().place(numbers[sequence]));
  }

  @Override
  public void close() {
    ahead.ifPresent(BatchesAhead::close);
    parts.forEach(part -> part.file.close());
  }
}
