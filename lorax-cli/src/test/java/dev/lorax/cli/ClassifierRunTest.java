package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.AtomicFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labelled texts are learned, measured and told apart on the command line. */
class ClassifierRunTest {
  private static final Path BERT = TinyClassifier.FOLDER;

  @TempDir Path folder;
  private Path data;
  private Path unseen;
  private Path out;

  @BeforeEach
  void makeFiles() {
    data = TinyClassifier.texts(folder.resolve("data.jsonl"), 120, 1, "calm", "breeze", "storm");
    unseen = TinyClassifier.texts(folder.resolve("unseen.jsonl"), 30, 2, 0, 1, 2);
    out = folder.resolve("out");
  }

  private Lorax train(Path model, Path texts, Object... more) {
    return run("train", model, texts, out, more);
  }

  private static Lorax run(String command, Path model, Path texts, Path out, Object... more) {
    List<Object> all = new ArrayList<>(List.of(command, "--model", model, "--data", texts));
    all.addAll(List.of("--learning-rate", 5e-3, "--batch-size", 8, "--threads", 1));
    if (command.equals("train")) {
      all.addAll(List.of("--out", out));
    }
    all.addAll(List.of(more));
    return Lorax.run(all.toArray());
  }

  private static JsonNode classify(Path model, Path adapter, Object... more) throws IOException {
    List<Object> all = new ArrayList<>(List.of("classify", "--model", model, "--json"));
    if (adapter != null) {
      all.addAll(List.of("--adapter", adapter));
    }
    all.addAll(List.of(more));
    return Lorax.run(all.toArray()).ok().json();
  }

  @Test
  void aTaskIsLearnedAndTextsAreToldApart() throws IOException {
    Lorax run = train(BERT, data, "--steps", 120, "--validation", unseen).ok();
    assertThat(run.err())
        .contains("whole: sequence_classification_head.output", "classes: calm 40, breeze 40")
        .contains("120 to learn from, 30 held out", "macro-F1 0.", "after step 120");
    assertThat(run.out())
        .containsPattern("held-out  loss .* accuracy .*% \\(.. of 30\\), macro-F1 .*");
    JsonNode summary = Lorax.json(out.resolve("summary.json"));
    assertThat(summary.get("accuracyBefore").asDouble()).isLessThan(0.7);
    assertThat(summary.get("accuracyAfter").asDouble()).isGreaterThan(0.85);
    assertThat(out.resolve("report.html")).content().contains("Accuracy", "nats per text");
    assertThat(Lorax.json(out.resolve("adapter_config.json")).get("task_type").asText())
        .isEqualTo("SEQ_CLS");
    JsonNode answers = classify(BERT, out, "the storm", "a calm sea").get("answers");
    assertThat(answers.findValuesAsText("label")).containsExactly("storm", "calm");
    assertThat(answers.get(0).get("probabilities").get("storm").asDouble()).isGreaterThan(0.8);
    assertThat(classify(BERT, out, "--data", unseen).get("accuracy"))
        .isEqualTo(summary.get("accuracyAfter"));
    assertThat(classify(BERT, null, "--data", unseen).get("accuracy").asDouble()).isLessThan(0.7);
  }

  @Test
  void anEncoderGetsAHeadForTheClassesInTheData() throws IOException {
    Path encoder = TinyClassifier.encoder(folder);
    Path own = TinyClassifier.texts(folder.resolve("own.jsonl"), 120, 1, "c", "b", "s");
    Path best = out.resolve("best");
    train(encoder, own, "--steps", 90, "--targets", "all-linear", "--validation", own).ok();
    assertThat(Lorax.json(out.resolve("adapter_config.json")).get("modules_to_save").toString())
        .isEqualTo("[\"bert.pooler\",\"classifier\"]");
    JsonNode found = classify(encoder, out, "--data", own);
    assertThat(found.get("accuracy").asDouble()).isGreaterThan(0.9);
    assertThat(found.get("accuracy"))
        .isEqualTo(Lorax.json(out.resolve("summary.json")).get("accuracyAfter"));
    assertThat(classify(encoder, best, "the storm").get("answers").get(0).get("label").asText())
        .isEqualTo("s");
    Path merged = folder.resolve("merged");
    Lorax.run("merge", "--model", encoder, "--adapter", out, "--out", merged).ok();
    assertThat(classify(merged, null, "--data", own).get("accuracy"))
        .isEqualTo(found.get("accuracy"));
    String none = "BertForMaskedLM has no head that chooses a class: train it on labelled texts";
    Lorax.run("inspect", "--model", encoder).failed(1, none);
    Lorax.run("classify", "--model", encoder, "a calm sea").failed(1, none);
  }

  @Test
  void anAdapterOfOtherClassesIsRefused() throws IOException {
    Path encoder = TinyClassifier.encoder(folder);
    Path own = TinyClassifier.texts(folder.resolve("own.jsonl"), 12, 1, "c", "b", "s");
    train(encoder, own, "--steps", 1).ok();
    Lorax.run("classify", "--model", BERT, "--adapter", out, "a")
        .failed(1, "chooses between b, c, s, but", "between calm, breeze, storm: give the model");
    Path small = folder.resolve("small");
    Lorax.run(
            "adapter", "resize", "--model", encoder, "--adapter", out, "--rank", 2, "--out", small)
        .ok();
    assertThat(classify(encoder, small, "a").get("answers").get(0).get("probabilities").size())
        .isEqualTo(3);
    Lorax.run("classify", "--model", encoder, "--adapter", folder.resolve("none"), "a")
        .failed(1, "none");
  }

  /** PEFT's folders name no classes; this one was trained on a model that has a pooler. */
  @Test
  void anAdapterThatPeftWroteHasClassesByNumber() throws IOException {
    Path adapter = copy(BERT.resolve("adapter"), folder.resolve("adapter"));
    assertThat(classify(BERT, adapter, "a").toString()).contains("calm", "breeze", "storm");
    Path encoder = TinyClassifier.encoder(folder, false);
    assertThat(classify(encoder, adapter, "a").toString()).contains("LABEL_0", "LABEL_2");
    Path bare = TinyClassifier.encoder(Files.createDirectory(folder.resolve("bare")));
    Lorax.run("classify", "--model", bare, "--adapter", adapter, "a")
        .failed(1, "neither", "has values for sequence_classification_head.dense");
    Files.writeString(adapter.resolve("adapter_model.bin"), "an old one is not read");
    assertThat(classify(encoder, adapter, "a").toString()).contains("LABEL_0", "LABEL_2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gguf", "lorax"})
  void aFormatThatHoldsNoHeadIsTold(String format) throws IOException {
    Path encoder = TinyClassifier.encoder(folder);
    Path adapter = Files.createFile(folder.resolve("adapter." + format));
    String none = "since the format %s holds none: give an adapter in PEFT's".formatted(format);
    Lorax.run("classify", "--model", encoder, "--adapter", adapter, "a").failed(1, none);
    String[] resize = {"adapter", "resize", "--rank", "2"};
    Object[] files = {"--model", encoder, "--adapter", adapter, "--out", out};
    Lorax.run(Stream.of(resize, files).flatMap(Stream::of).toArray()).failed(1, none);
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(from.resolve(file), to.resolve(file));
    }
    return to;
  }

  @Test
  void theSeedsOfASweepCannotDrawHeads() throws IOException {
    Path encoder = TinyClassifier.encoder(folder);
    Object[] seeds = {"--steps", 1, "--validation", data, "--sweep", "seed=1,2"};
    train(encoder, data, seeds)
        .failed(2, "--sweep seed: ", "same new one: train each seed by itself");
    assertThat(out).doesNotExist();
    assertThat(run("doctor", encoder, data, out, seeds).out())
        .contains("train each seed by itself");
    train(BERT, data, seeds).ok();
  }

  @Test
  void aSweepIsRankedAndShowsAccuracy() {
    assertThat(train(BERT, data, "--steps", 3, "--sweep", "rank=2,4").ok().out())
        .containsPattern("rank +loss +accuracy +step")
        .doesNotContain("perplexity");
  }

  @Test
  void aRunThatIsResumedEndsWithTheSameBits() throws IOException {
    Path encoder = TinyClassifier.encoder(folder);
    Object[] steps = {"--steps", 6, "--checkpoint-every", 3, "--dropout", 0.1};
    train(encoder, data, steps).ok();
    byte[] whole = Files.readAllBytes(out.resolve("adapter_model.safetensors"));
    String metrics = losses();
    AtomicFolder.delete(out.resolve("checkpoints/step-00000006"));
    Files.delete(out.resolve("adapter_model.safetensors"));
    assertThat(Lorax.run("train", "--resume", out).ok().err()).contains("after step 3");
    assertThat(out.resolve("adapter_model.safetensors")).hasBinaryContent(whole);
    assertThat(losses()).isEqualTo(metrics);
  }

  /** What was measured, as the log has it. */
  private String losses() throws IOException {
    try (var lines = Files.lines(out.resolve("metrics.jsonl"))) {
      return lines
          .filter(line -> line.contains("evalRight"))
          .map(line -> line.replaceFirst(",\"seconds.*", ""))
          .reduce("", String::concat);
    }
  }

  @Test
  void fieldsMayHaveOtherNames() throws IOException {
    String line = "{\"premise\": \"a sea\", \"hypothesis\": \"calm\", \"class\": %d}%n";
    Path pairs = Files.writeString(folder.resolve("pairs.jsonl"), line.formatted(0).repeat(9));
    Object[] fields = {"--fields", "premise,hypothesis,class"};
    train(BERT, pairs, "--steps", 2, fields[0], fields[1]).ok();
    assertThat(classify(BERT, out, "--data", pairs, fields[0], fields[1]).has("accuracy")).isTrue();
    assertThat(run("doctor", BERT, pairs, out, fields[0], "a,b,c").out())
        .contains("pairs.jsonl, line 1: has no [a, b], only [premise, hypothesis, class]");
    assertThat(run("doctor", BERT, pairs, out, fields[0], "a").out())
        .contains("a field for the text and one for the label");
    Lorax.run("classify", "--model", BERT, "a", "--fields", "a,b")
        .failed(2, "--fields would do nothing without --data");
  }

  @Test
  void pairsAreLearnedAndToldApartToo() throws IOException {
    String line = "{\"text_a\": \"the %s\", \"text_b\": \"a sea\", \"label\": %d}%n";
    String lines = line.formatted("calm", 0) + line.formatted("storm", 2);
    Path pairs = Files.writeString(folder.resolve("pairs.jsonl"), lines.repeat(10));
    train(BERT, pairs, "--steps", 2).ok();
    JsonNode word = classify(BERT, out, "--pair", "the calm", "a sea").get("answers").get(0);
    JsonNode read = classify(BERT, out, "--data", pairs).get("answers").get(0);
    assertThat(read.get("wanted").asText()).isEqualTo("calm");
    assertThat(word.get("second")).isEqualTo(read.get("second"));
    assertThat(word.get("probabilities").get("storm").asDouble())
        .isCloseTo(read.get("probabilities").get("storm").asDouble(), within(1e-5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--neftune=5 --label-smoothing=0.1 --max-length=5 --layers=1",
        "--dora --bias=all",
        "--init=pissa --dtype=bf16",
        "--init=eva --rank=2 --bias=all",
        "--modules-to-save=pooler.dense --train-tokens=sea",
        "--dtype=nf4 --recompute=1"
      })
  void whatMeansSomethingWorks(String options) {
    List<Object> given = new ArrayList<>(List.of("--steps", 2));
    given.addAll(List.of(options.split(" ")));
    train(BERT, data, given.toArray()).ok();
    Lorax.run("classify", "--model", BERT, "--adapter", out, "a calm sea").ok();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--answers=last",
        "--learn-prompts",
        "--as-chat",
        "--too-long=cut",
        "--chat-template=x",
        "--group-by-length",
        "--consecutive",
        "--sample=a",
        "--sample-every=2"
      })
  void whatIsMeantForModelsThatWriteIsRefused(String option) {
    String name = option.replaceFirst("=.*", "");
    train(BERT, data, "--steps", 2, option)
        .failed(2, name + " would do nothing here", "chooses classes and writes no text");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'text': 'a', 'label': 'rain'} | the label 'rain' is no class of the model, which has calm",
        "{'text': 'a', 'label': 3} | the label '3' is no class of the model",
        "{'text': 'a', 'label': 0.5} | the label 0.5 is a number with a fraction",
        "{'text': 'a'} | has no field 'label', only [text]",
        "{'label': 1} | has no [text], only [label]"
      })
  void aLineThatCannotBeLearnedIsTold(String line, String what) throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong.jsonl"), line.replace('\'', '"') + "\n");
    train(BERT, wrong).failed(1, "wrong.jsonl, line 1: " + what);
    assertThat(out).doesNotExist();
  }

  @Test
  void whatFitsNoClassifierIsTold() throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "a calm sea");
    train(BERT, text).failed(1, "text.txt: is plain text");
    train(BERT, Path.of(data + ":2")).failed(2, "--data FILE:WEIGHT would do nothing here");
    Path encoder = TinyClassifier.encoder(folder);
    Path same = TinyClassifier.texts(folder.resolve("same.jsonl"), 9, 1, "a", "a", "a");
    train(encoder, same).failed(1, "a choice has at least 2");
    train(encoder, data, "--dtype", "nf4").failed(2, "--dtype nf4", "new head");
    Path gpt2 = TinyModel.in(folder);
    Lorax.run("classify", "--model", gpt2, "a").failed(1, "predicts tokens, not classes");
    Lorax.run("classify", "--model", BERT).failed(2, "give either texts, or --data FILE");
    Lorax.run("classify", "--model", BERT, "--pair", "a").failed(2, "--pair needs two texts");
    Lorax.run("classify", "--model", BERT, "--pair", "--data", data)
        .failed(2, "--pair would do nothing beside --data");
  }

  @Test
  void inspectingAndExaminingAClassifierWorks() throws IOException {
    assertThat(Lorax.run("inspect", "--model", BERT).ok().out())
        .containsPattern("classes +calm, breeze, storm");
    Lorax examined = run("doctor", BERT, data, out).ok();
    assertThat(examined.out())
        .contains("[SEP] ⟦storm⟧", "classes: ", "trainable params: 2,147 ||")
        .contains("after 3 steps all 4 modules have learned something")
        .doesNotContain("there is no text to learn");
    Path calm = TinyClassifier.texts(folder.resolve("calm.jsonl"), 40, 1, "calm", "calm", "calm");
    JsonNode found = run("doctor", BERT, calm, out, "--json", "--steps-timed", 0).ok().json();
    assertThat(found.get("findings").toString())
        .contains("there is no text to learn breeze, storm from", "100 % of the texts are calm");
  }
}
