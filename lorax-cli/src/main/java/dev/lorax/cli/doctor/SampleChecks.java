package dev.lorax.cli.doctor;

import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.ExampleMaterial;
import dev.lorax.data.DataException;
import dev.lorax.data.DataFile;
import dev.lorax.data.Example;
import dev.lorax.data.Examples;
import dev.lorax.data.Finding;
import dev.lorax.data.Sample;
import dev.lorax.text.Tokenizer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whether samples teach what they are meant to. */
final class SampleChecks {
  private static final double MANY = 0.1; // of the samples
  private static final int COMPARED = 256; // held-out samples
  static final int READ = 100; // samples of a file, as they stand in it
  private static final int BEGINNING = 12; // characters

  private SampleChecks() {}

  /** An example that teaches one token teaches to stop, and nothing else. */
  static List<Diagnosis> fewLearned(Case run) {
    return of(
        run,
        samples -> {
          long examples = samples.statistics().examples();
          double share = (double) samples.survey().bare() / examples;
          return share <= MANY
              ? Optional.empty()
              : Optional.of(
                  Diagnosis.warning(
                      "few-learned",
                      "%s of the examples teach a single token".formatted(Figures.percent(share)),
                      samples.faults().moreToLearn()));
        });
  }

  /** Answers that were cut teach neither their end nor to stop. */
  static List<Diagnosis> cut(Case run) {
    return of(
        run,
        samples -> {
          long cut = samples.survey().count(Finding.CUT);
          double share = (double) cut / samples.statistics().samples();
          return share <= MANY
              ? Optional.empty()
              : Optional.of(
                  Diagnosis.warning(
                      "cut",
                      "%s of the samples are cut at %s tokens, and do not teach their ends"
                          .formatted(Figures.percent(share), Figures.count(samples.longest())),
                      "give a longer --max-length, or --too-long split or drop"));
        });
  }

  /** What is dropped is not learned. */
  static List<Diagnosis> dropped(Case run) {
    return of(
        run,
        samples -> {
          long dropped = samples.statistics().dropped();
          double share = (double) dropped / samples.statistics().samples();
          String why =
              "%s of the samples are dropped (%s)"
                  .formatted(Figures.percent(share), String.join("; ", samples.faults().lines()));
          return dropped == 0
              ? Optional.empty()
              : Optional.of(
                  share > MANY
                      ? Diagnosis.warning("dropped", why, samples.faults().remedy())
                      : Diagnosis.note("dropped", why, ""));
        });
  }

  /** A sample that comes often is learned by heart. */
  static List<Diagnosis> repeated(Case run) {
    return of(
        run,
        samples ->
            samples
                .survey()
                .firstRepeat()
                .map(
                    first ->
                        Diagnosis.warning(
                            "repeated",
                            "%s of %s samples looked at are the same as another (%s)"
                                .formatted(
                                    Figures.count(samples.survey().repeated()),
                                    Figures.count(samples.statistics().samples()),
                                    first),
                            "keep one of each, or they are learned by heart")));
  }

  /** What is learned and measured on tells nothing about what is new. */
  static List<Diagnosis> overlap(Case run) {
    return of(
        run,
        samples -> {
          Examples heldOut = samples.heldOut();
          List<String> both =
              IntStream.range(0, Math.min(COMPARED, heldOut.count()))
                  .mapToObj(
                      number ->
                          samples
                              .survey()
                              .place(heldOut.examples(number))
                              .map(place -> "%s is %s".formatted(heldOut.place(number), place))
                              .orElse(null))
                  .filter(Objects::nonNull)
                  .toList();
          return both.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  Diagnosis.warning(
                      "overlap",
                      "%s held-out samples are learned from too (%s)"
                          .formatted(Figures.count(both.size()), both.get(0)),
                      "keep one of each, or the held-out loss is that of what is known by heart"));
        });
  }

  /** Tokens carry the space before a word, so a prompt that ends in one is cut amid a token. */
  static List<Diagnosis> spaceBeforeAnswer(Case run) {
    return run.data().asChat
        ? List.of()
        : of(
            run,
            samples -> {
              long ends =
                  completions(samples).filter(sample -> sample.prompt().endsWith(" ")).count();
              return ends == 0
                  ? Optional.empty()
                  : Optional.of(
                      Diagnosis.note(
                          "space-before-answer",
                          "%s of the first prompts end with a space, which most tokenizers keep with"
                                  .formatted(Figures.count(ends))
                              + " the word that follows",
                          "begin the completions with it instead"));
            });
  }

  /** A chat model knows questions and answers in its template only. */
  static List<Diagnosis> outsideTemplate(Case run) {
    return run.data().asChat
        ? List.of()
        : of(
            run,
            samples ->
                completions(samples).findAny().isEmpty()
                        || run.data().template(run.base()).isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                        Diagnosis.note(
                            "outside-template",
                            "prompts and completions are plain text, but the model has a chat"
                                + " template",
                            "--as-chat writes them as questions and answers")));
  }

  /** Some templates have no place for a system message, and say nothing. */
  static List<Diagnosis> systemLeftOut(Case run) {
    return of(
        run,
        samples ->
            samples.parts().stream()
                .flatMap(part -> systems(part, run.base().tokenizer()))
                .reduce(Boolean::logicalOr)
                .filter(written -> !written)
                .map(
                    none ->
                        Diagnosis.warning(
                            "system-left-out",
                            "the chat template leaves out what the system says",
                            "put it into the first question, or give another --chat-template")));
  }

  /** For each conversation that begins with a system message, whether the model sees that. */
  private static Stream<Boolean> systems(ExampleMaterial.Part part, Tokenizer tokenizer) {
    return IntStream.range(0, Math.min(READ, part.file().count()))
        .boxed()
        .flatMap(
            number ->
                system(sample(part.file(), number))
                    .flatMap(
                        said ->
                            part.examples().examples(number).stream()
                                .findFirst()
                                .map(Example::tokens)
                                .map(tokenizer::decodeWithSpecials)
                                .map(text -> text.contains(said)))
                    .stream());
  }

  /** The beginning of what the system says first, if it does. */
  private static Optional<String> system(Sample sample) {
    return Optional.ofNullable(sample)
        .filter(Sample.Conversation.class::isInstance)
        .map(conversation -> ((Sample.Conversation) conversation).chat().messages().get(0))
        .filter(message -> "system".equals(message.get("role")))
        .map(message -> String.valueOf(message.get("content")).strip())
        .filter(said -> !said.isEmpty())
        .map(said -> said.substring(0, Math.min(BEGINNING, said.length())));
  }

  private static Stream<Sample.Completion> completions(ExampleMaterial samples) {
    return samples.parts().stream()
        .map(ExampleMaterial.Part::file)
        .flatMap(
            file ->
                IntStream.range(0, Math.min(READ, file.count()))
                    .mapToObj(number -> sample(file, number)))
        .filter(Sample.Completion.class::isInstance)
        .map(Sample.Completion.class::cast);
  }

  /** Null if it cannot be used. */
  static Sample sample(DataFile file, int number) {
    try {
      return file.sample(number);
    } catch (DataException unusable) { // counted among those dropped
      return null;
    }
  }

  private static List<Diagnosis> of(
      Case run, Function<ExampleMaterial, Optional<Diagnosis>> check) {
    return run.samples().flatMap(check).stream().toList();
  }
}
