package dev.lorax.cli.evaluation;

import dev.lorax.chat.Answers;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.data.DataFile;
import dev.lorax.data.EncodedFile;
import dev.lorax.data.Layout;
import dev.lorax.data.Overlong;
import dev.lorax.train.Batches;
import dev.lorax.train.HeldOutExamples;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/** Samples of a file. */
final class SampleFile implements EvaluationData {
  private final DataFile file;
  private final Checkpoint base;
  private final EvaluationOptions options;
  private final EncodedFile examples;
  private final HeldOutExamples batches;

  /**
   * Encodes the samples of an open file.
   *
   * @throws Failure if there is nothing to measure on
   */
  SampleFile(DataFile file, int limit, Checkpoint base, EvaluationOptions options) {
    this.file = file;
    this.base = base;
    this.options = options;
    options.check(Set.of(file.format().layout()));
    examples = new EncodedFile(file, options.encoder(base, options.encoding(limit)));
    batches = measured();
  }

  private HeldOutExamples measured() {
    try {
      return HeldOutExamples.of(examples, options.batchSize, options.most());
    } catch (IllegalArgumentException none) {
      throw Failure.of(
          "%s: %s (%s)".formatted(file.file(), none.getMessage(), examples.findings()), none);
    }
  }

  @Override
  public Batches batches() {
    return batches;
  }

  @Override
  public long count() {
    return batches.count();
  }

  @Override
  public String about() {
    String all = Figures.count(file.count());
    return "%s: %s samples, %s"
        .formatted(
            file.file(),
            batches.samples() == file.count()
                ? all
                : Figures.count(batches.samples()) + " of " + all,
            file.format());
  }

  @Override
  public List<String> found() {
    return examples.findings().isEmpty()
        ? List.of()
        : List.of("%s: %s".formatted(file.file(), examples.findings()));
  }

  /** Whole samples only: what was cut has lost its answer's end. */
  @Override
  public List<Question> questions() {
    if (file.format().layout() == Layout.TEXT) {
      throw Failure.usage(
          "--exact-match compares answers, but %s holds texts: give prompts and completions, or chats"
              .formatted(file.file()));
    }
    int context = base.architecture().context();
    EncodedFile whole =
        new EncodedFile(
            file,
            options.encoder(
                base,
                options
                    .encoding(context)
                    .overlong(Overlong.DROP)
                    .answers(Answers.LAST)
                    .prompts(false)));
    return LongStream.range(0, batches.count())
        .mapToObj(batches::numbers)
        .flatMapToInt(Arrays::stream)
        .distinct()
        .mapToObj(whole::examples)
        .flatMap(List::stream)
        .map(Question::of)
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public Set<Integer> endIds() {
    boolean written = file.format().layout() != Layout.COMPLETION || options.asChat;
    return written
        ? options.template(base).map(found -> found.endIds(base.tokenizer())).orElse(Set.of())
        : Set.of();
  }

  @Override
  public void close() {
    file.close();
  }
}
