package dev.lorax.cli.training;

import dev.lorax.chat.Answers;
import dev.lorax.chat.ChatTemplate;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.LabelledFile;
import dev.lorax.cli.console.Failure;
import dev.lorax.data.DataFile;
import dev.lorax.data.EncodingOptions;
import dev.lorax.data.Fields;
import dev.lorax.data.Layout;
import dev.lorax.data.Overlong;
import dev.lorax.data.SampleEncoder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** How samples of files become tokens; on the command line, options of those names. */
public class SampleOptions {
  /** Which answers are learned; null: the last. */
  @Option(
      names = "--answers",
      paramLabel = "WHICH",
      description =
          "Which of the assistant's answers in a conversation are learned: last or all (default:"
              + " last). Questions never are, unless --learn-prompts is given.")
  public Answers answers;

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

  /** What becomes of long samples; null: they are cut. */
  @Option(
      names = "--too-long",
      paramLabel = "WHAT",
      description =
          "What becomes of samples with more tokens than --max-length: cut, split or drop"
              + " (default: cut).")
  public Overlong overlong;

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
          "The fields or columns to read: one for texts, two for prompts and completions, two or"
              + " three for labelled texts or pairs (default: as their names say).")
  public List<String> fields;

  private LocalDateTime time = LocalDateTime.now();

  /** When the command began: the time that its chat template tells, however long it runs. */
  public LocalDateTime time() {
    return time;
  }

  /** Lets the chat template tell another time, that of a run that is resumed. */
  public void at(LocalDateTime other) {
    time = other;
  }

  /**
   * Opens a file of samples.
   *
   * @throws dev.lorax.data.DataException if it cannot be read
   */
  public DataFile samples(Path file) {
    return named().map(fields -> DataFile.open(file, fields)).orElseGet(() -> DataFile.open(file));
  }

  /**
   * A file of texts and their classes.
   *
   * @throws Failure if the names of its fields are too few or too many
   */
  public LabelledFile labelled(Path file) {
    LabelledFile usual = LabelledFile.of(file);
    return fields == null
        ? usual
        : Failure.orUsage(() -> usual.fields(fields.toArray(String[]::new)));
  }

  /**
   * What makes tokens of samples.
   *
   * @throws Failure if it needs a chat template that is not there
   */
  public SampleEncoder encoder(Checkpoint base, EncodingOptions encoding) {
    return Failure.orFail(
        () -> new SampleEncoder(base.tokenizer(), template(base), encoding, base.endIds()));
  }

  /** For examples of at most that many tokens. */
  public EncodingOptions encoding(int limit) {
    return new EncodingOptions(
        limit,
        overlong == null ? Overlong.CUT : overlong,
        answers == null ? Answers.LAST : answers,
        prompts,
        asChat);
  }

  /**
   * Checks that nothing is said of samples where there are none.
   *
   * @param text the plain text that is read
   * @throws Failure if something is, and would do nothing
   */
  public void check(Path text) {
    List<String> idle = idle();
    if (!idle.isEmpty()) {
      throw Failure.usage(
          ("%s would do nothing here, since %s is one plain text: leave that out, of the recipe too, or"
                  + " give samples as JSON lines, a JSON array or CSV")
              .formatted(String.join(", ", idle), text));
    }
  }

  /**
   * Checks that what is said of samples means some of them.
   *
   * @param layouts of the files
   * @throws Failure if something is said that would do nothing
   */
  public void check(Set<Layout> layouts) {
    List<String> idle = new ArrayList<>();
    if (answers != null
        && Collections.disjoint(layouts, Set.of(Layout.MESSAGES, Layout.SHAREGPT))) {
      idle.add("--answers");
    }
    if (asChat && !layouts.contains(Layout.COMPLETION)) {
      idle.add("--as-chat");
    }
    if (prompts && layouts.equals(Set.of(Layout.TEXT))) {
      idle.add("--learn-prompts");
    }
    if (!idle.isEmpty()) {
      String all = layouts.stream().map(Layout::toString).collect(Collectors.joining(" and "));
      throw Failure.usage(
          "%s would do nothing here, since the samples are %s: leave that out, of the recipe too"
              .formatted(String.join(", ", idle), all));
    }
  }

  /** Options that are given, and would do nothing without samples of what a model writes. */
  List<String> idle() {
    return given().entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
  }

  /** Options that need samples, and whether they are given. */
  Map<String, Boolean> given() {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--answers", answers != null);
    given.put("--learn-prompts", prompts);
    given.put("--as-chat", asChat);
    given.put("--too-long", overlong != null);
    given.put("--chat-template", template != null);
    given.put("--fields", fields != null);
    return given;
  }

  private Optional<Fields> named() {
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
   * The template in place of the model's, or that one.
   *
   * @return empty if there is none
   */
  public Optional<ChatTemplate> template(Checkpoint base) {
    Clock clock = Clock.fixed(time.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
    Optional<ChatTemplate> found =
        Failure.orFail(
            () ->
                template == null
                    ? ChatTemplate.open(base.folder())
                    : Optional.of(ChatTemplate.open(template, base.folder())));
    return found.map(each -> each.at(clock));
  }
}
