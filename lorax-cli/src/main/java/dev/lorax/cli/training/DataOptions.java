package dev.lorax.cli.training;

import dev.lorax.chat.Answers;
import dev.lorax.chat.ChatTemplate;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.data.Container;
import dev.lorax.data.EncodingOptions;
import dev.lorax.data.Fields;
import dev.lorax.data.Overlong;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is learned from; on the command line, options of those names. */
public final class DataOptions {
  /** Files, each with its weight. */
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE[:WEIGHT]",
      description =
          "A text in UTF-8, or samples as JSON lines, a JSON array or CSV, gzipped or not: text;"
              + " prompt and completion; messages; instruction, input and output; conversations."
              + " Several files of samples may be given; an epoch goes over each WEIGHT times.")
  public List<WeightedFile> files = new ArrayList<>();

  /** What is measured on; null: a share of the files. */
  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description = "Samples to measure on, instead of a share of the data (--held-out).")
  public Path validation;

  /** Which answers are learned. */
  @Option(
      names = "--answers",
      paramLabel = "WHICH",
      description =
          "Which of the assistant's answers in a conversation are learned: last or all (default:"
              + " ${DEFAULT-VALUE}). Questions never are, unless --learn-prompts is given.")
  public Answers answers = Answers.LAST;

  /** Whether everything is learned. */
  @Option(
      names = "--learn-prompts",
      description = "Learn prompts and questions too, not completions and answers alone.")
  public boolean prompts;

  /** Whether plain prompts and completions are put into the chat template. */
  @Option(
      names = "--as-chat",
      description =
          "Put prompts and completions of plain text into the model's chat template, as a question"
              + " and its answer.")
  public boolean asChat;

  /** What becomes of long samples. */
  @Option(
      names = "--too-long",
      paramLabel = "WHAT",
      description =
          "What becomes of samples with more tokens than --max-length: cut, split or drop"
              + " (default: ${DEFAULT-VALUE}).")
  public Overlong overlong = Overlong.CUT;

  /** A template in place of the model's; null: that one. */
  @Option(
      names = "--chat-template",
      paramLabel = "FILE",
      description = "A chat template in Jinja, in place of the model's own.")
  public Path template;

  /** Names of fields in place of the usual ones; null: those. */
  @Option(
      names = "--fields",
      split = ",",
      paramLabel = "NAME",
      description =
          "The fields or columns to read: one for texts, two for prompts and completions (default:"
              + " as their names say).")
  public List<String> fields;

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

  EncodingOptions encoding(int limit) {
    return new EncodingOptions(limit, overlong, answers, prompts, asChat);
  }

  Optional<Fields> named() {
    if (fields == null) {
      return Optional.empty();
    }
    return switch (fields.size()) {
      case 1 -> Optional.of(Fields.text(fields.get(0)));
      case 2 -> Optional.of(Fields.completion(fields.get(0), fields.get(1)));
      default ->
          throw Failure.usage(
              "--fields needs one name, for texts, or two, for prompts and completions");
    };
  }

  /**
   * What writes conversations for a model.
   *
   * @return empty if there is nothing
   * @throws Failure if it is broken
   */
  public Optional<ChatTemplate> template(Checkpoint base) {
    return Failure.orFail(
        () ->
            template == null
                ? ChatTemplate.open(base.folder())
                : Optional.of(ChatTemplate.open(template, base.folder())));
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
