package dev.lorax.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.Choice;
import dev.lorax.classify.LabelledFile;
import dev.lorax.classify.LabelledText;
import dev.lorax.classify.Scores;
import dev.lorax.classify.TextClassifier;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.hub.OpenAdapters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lorax classify}: the classes of texts. */
@Command(
    name = "classify",
    description =
        "Tells which class a text belongs to, with an encoder such as BERT that 'lorax train' has"
            + " taught labelled texts; of a file with labels, also how often that is right.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "A line for each text: its class, and the probabilities of all classes.",
      "",
      "Example:",
      "  lorax classify --model models/bert --adapter reviews-adapter \"What a film!\"",
      "  lorax classify --model models/bert --adapter reviews-adapter --data held-out.jsonl"
    })
final class ClassifyCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOGETHER = 256; // texts whose lines are printed at once

  private final Console console;

  @Mixin private TextModelOptions model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + " (default: the model as it is).")
  private ModelSource adapter;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "Texts as JSON lines, a JSON array or CSV, gzipped or not: text, or text_a and text_b for"
              + " pairs; with label also measured.")
  private Path file;

  @Option(
      names = "--fields",
      split = ",",
      paramLabel = "NAME",
      description =
          "The fields or columns to read: that of the text or those of both texts, then that of the"
              + " label (default: as above).")
  private List<String> fields;

  @Option(names = "--pair", description = "The words are the two texts of one pair.")
  private boolean pair;

  @Option(names = "--json", description = "Print the answers as one JSON object.")
  private boolean json;

  @Parameters(paramLabel = "TEXT", description = "Texts, one a word of the command line.")
  private List<String> texts = List.of();

  @Mixin private AdapterReading reading;

  ClassifyCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    check();
    List<ModelSource> sources = adapter == null ? List.of() : List.of(adapter);
    reading.check(sources);
    try (Checkpoint base = model.openFor(sources);
        OpenAdapters adapters = model.adapters(base, reading, console);
        TextClassifier plain = Failure.orFail(() -> TextClassifier.of(base))) {
      sources.forEach(adapters::open);
      classify(adapters.byName().values().stream().findFirst().map(plain::with).orElse(plain));
    }
    return ExitCode.OK;
  }

  private void check() {
    if (texts.isEmpty() == (file == null)) {
      throw Failure.usage("give either texts, or --data FILE");
    }
    if (fields != null && file == null) {
      throw Failure.usage("--fields would do nothing without --data");
    }
    if (pair && texts.size() != 2) {
      throw Failure.usage(
          file == null
              ? "--pair needs two texts, not %d".formatted(texts.size())
              : "--pair would do nothing beside --data, whose lines say which texts are pairs");
    }
  }

  private void classify(TextClassifier classifier) {
    List<LabelledText> all = read(classifier);
    ObjectNode object = JSON.createObjectNode();
    ArrayNode answers = object.putArray("answers");
    List<Choice> choices = new ArrayList<>();
    while (choices.size() < all.size()) {
      int from = choices.size();
      choices.addAll(classifier.classify(all.subList(from, Math.min(all.size(), from + TOGETHER))));
      for (int i = from; i < choices.size(); i++) {
        if (json) {
          fill(answers.addObject(), all.get(i), choices.get(i), classifier.labels());
        } else {
          console.result(line(all.get(i), choices.get(i), classifier.labels()));
        }
      }
    }
    if (all.get(0).isLabelled()) {
      tell(classifier.scores(all, choices), object);
    }
    if (json) {
      console.result(object);
    }
  }

  private List<LabelledText> read(TextClassifier classifier) {
    if (file != null) {
      LabelledFile data = LabelledFile.of(file);
      if (fields != null) {
        String[] names = fields.toArray(String[]::new);
        data = Failure.orUsage(() -> LabelledFile.of(file).fields(names));
      }
      return data.isLabelled() ? data.texts(classifier.labels()) : data.texts();
    }
    return pair
        ? List.of(LabelledText.of(texts.get(0), texts.get(1)))
        : texts.stream().map(LabelledText::of).toList();
  }

  /** The class, the probabilities of all, the likeliest first, and the label in the file. */
  private static String line(LabelledText text, Choice choice, List<String> labels) {
    return choice.label()
        + "\t"
        + IntStream.range(0, labels.size())
            .boxed()
            .sorted((a, b) -> Double.compare(probability(choice, b), probability(choice, a)))
            .map(i -> String.format(Locale.ROOT, "%s %.4f", labels.get(i), probability(choice, i)))
            .collect(Collectors.joining("  "))
        + (text.isLabelled() ? "\t" + labels.get(text.label()) : "");
  }

  private static double probability(Choice choice, int label) {
    return choice.probabilities().get(label);
  }

  private static void fill(
      ObjectNode answer, LabelledText text, Choice choice, List<String> labels) {
    answer.put("text", text.text());
    text.second().ifPresent(second -> answer.put("second", second));
    if (text.isLabelled()) {
      answer.put("wanted", labels.get(text.label()));
    }
    answer.put("label", choice.label());
    ObjectNode all = answer.putObject("probabilities");
    IntStream.range(0, labels.size()).forEach(i -> all.put(labels.get(i), probability(choice, i)));
  }

  private void tell(Scores scores, ObjectNode object) {
    object.put("accuracy", scores.accuracy().share());
    object.put("macroF1", scores.macroF1());
    object.put("loss", scores.loss());
    if (!json) {
      console.note("measured", "%s, loss %.4f".formatted(scores, scores.loss()));
    }
  }
}
