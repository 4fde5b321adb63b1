package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lorax train} on files of samples. */
class TrainSamplesTest {
  @TempDir Path folder;
  private Path model;
  private Path out;

  @BeforeEach
  void makeFiles() {
    model = TinyModel.in(folder);
    out = folder.resolve("out");
  }

  private Lorax train(Path data, Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("train", "--model", model, "--data", data, "--out", out));
    args.addAll(Arrays.asList(more));
    if (!args.contains("--sample")) {
      args.addAll(List.of("--sample", ""));
    }
    if (!args.contains("--steps")) {
      args.addAll(List.of("--steps", 6));
    }
    return Lorax.run(args.toArray());
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private Path pairs(String name, int count) throws IOException {
    return file(
        name,
        IntStream.range(0, count)
            .mapToObj("{\"prompt\": \"%1$d is\", \"completion\": \" number %1$d\"}"::formatted)
            .toArray(String[]::new));
  }

  @Test
  void saysWhatItFoundAndLearnsIt() throws IOException {
    Lorax run = train(pairs("pairs.jsonl", 40), "--learning-rate", 0.02, "--steps", 30).ok();
    assertThat(run.err())
        .contains("40 samples, prompts and completions, JSON lines", "36 to learn from, 4 held out")
        .containsPattern("\\d+% learned");
    JsonNode summary = Lorax.json(out.resolve("summary.json"));
    assertThat(summary.get("evalLossAfter").asDouble())
        .isLessThan(summary.get("evalLossBefore").asDouble() - 0.3);
    assertThat(summary.at("/recipe/maxLength").asInt())
        .as("the limit, not the longest")
        .isEqualTo(64);
  }

  @Test
  void learnsConversationsByTheModelsTemplate() throws IOException {
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
            + "{% if add_generation_prompt %}assistant: {% endif %}");
    Path chats =
        file(
            "chats.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"One?\"},"
                + " {\"role\": \"assistant\", \"content\": \"Two.\"}]}",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"Two?\"},"
                + " {\"role\": \"assistant\", \"content\": \"Three.\"}]}");
    Lorax run = train(chats, "--held-out", 0, "--batch-size", 2).ok();
    assertThat(run.err()).contains("2 samples, chat messages, JSON lines");
  }

  @Test
  void conversationsWithoutATemplateAreRefused() throws IOException {
    Path chats =
        file(
            "chats.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"One?\"},"
                + " {\"role\": \"assistant\", \"content\": \"Two.\"}]}");
    train(chats, "--held-out", 0).failed(1, "the model has no chat template");
    assertThat(out).doesNotExist();
  }

  @Test
  void namesWrongLinesAndCountsThem() throws IOException {
    Path data =
        file(
            "some.jsonl",
            "{\"prompt\": \"a\", \"completion\": \"b\"}",
            "{\"prompt\": \"a\", \"completion\": \"b\"",
            "{\"prompt\": \"a\", \"completion\": \"\"}",
            "{\"prompt\": \"c\", \"completion\": \"d\"}");
    Lorax run = train(data, "--held-out", 0).ok();
    assertThat(run.err())
        .contains(
            "2 dropped: 1 not JSON (line 2: is not JSON at", "1 with an empty answer (line 3)");
  }

  @Test
  void badLinesThatAreHeldOutAreNamedWithTheWayOut() throws IOException {
    String[] lines = new String[10];
    Arrays.setAll(lines, i -> i % 2 == 1 ? "oh" : "{\"text\": \"number %d\"}".formatted(i));
    Path data = file("some.jsonl", lines);
    int seed = 2; // holds out a bad line
    train(data, "--seed", seed)
        .failed(
            1,
            "none of the 1 held-out samples can be used",
            "not JSON (first: line 2: is not a JSON object",
            "mend those lines",
            "--validation FILE",
            "--held-out 0");
    train(data, "--seed", seed, "--held-out", 0).ok();
    out = folder.resolve("more");
    train(data, "--seed", seed, "--held-out", 0.5).ok(); // with those that are good
    out = folder.resolve("apart");
    train(data, "--validation", file("bad.jsonl", "{\"text\": \"\"}"))
        .failed(1, "with an empty text (line 1)", "another --validation file");
  }

  @Test
  void measuresATextOnAnotherGzippedOrNot() throws IOException {
    Path text = TinyModel.text(folder);
    Path packed = folder.resolve("more.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(text, out);
    }
    int all = tokens(train(text, "--held-out", 0, "--window", 16).ok());
    out = folder.resolve("apart");
    Lorax apart = train(packed, "--validation", text, "--window", 16).ok();
    assertThat(tokens(apart)).isEqualTo(2 * all);
    assertThat(apart.err())
        .contains("%,d to learn from".formatted(all), "%,d held out".formatted(all));
    out = folder.resolve("refused");
    train(text, "--held-out", 0.1, "--validation", text).failed(2, "--held-out would do nothing");
    train(text, "--validation", pairs("pairs.jsonl", 3)).failed(2, "pairs.jsonl holds samples");
    Files.write(packed, Arrays.copyOf(Files.readAllBytes(packed), 40));
    train(packed).failed(1, "more.txt.gz: ");
  }

  private static int tokens(Lorax run) {
    Matcher told = Pattern.compile("data +([\\d,]+) tokens of text").matcher(run.err());
    assertThat(told.find()).isTrue();
    return Integer.parseInt(told.group(1).replace(",", ""));
  }

  @Test
  void filesThatCannotServeAreToldWithoutJava() throws IOException {
    Path data = pairs("pairs.jsonl", 9);
    train(data, "--chat-template", folder.resolve("none.jinja"))
        .failed(1, "none.jinja: no such file; give a chat template");
    Lorax weightless = train(Path.of(data + ":0"));
    weightless.failed(2, "pairs.jsonl:0': a file of weight 0");
    assertThat(weightless.err()).doesNotContain("dev.lorax");
  }

  @Test
  void whatTheTemplateRefusesIsToldWithItsReasonAndTheRemedy() throws IOException {
    Files.writeString(
        model.resolve("chat_template.jinja"), "{{ raise_exception('roles must alternate') }}");
    Path chats =
        file("chats.jsonl", "{\"messages\": [{\"role\": \"assistant\", \"content\": \"Two.\"}]}");
    train(chats, "--held-out", 0).failed(1, "roles must alternate", "--chat-template");
  }

  @Test
  void allLabelsMaskedIsAnErrorBeforeTheFirstStep() throws IOException {
    Path data =
        file("long.jsonl", "{\"prompt\": \"%s\", \"completion\": \"b\"}".formatted("a".repeat(99)));
    train(data, "--held-out", 0, "--max-length", 20)
        .failed(1, "holds nothing to learn", "nothing to learn within the limit");
    assertThat(out).doesNotExist();
  }

  @Test
  void takesSeveralFilesByWeightAndAnotherToMeasureOn() throws IOException {
    Path first = pairs("first.jsonl", 10);
    Path second = pairs("second.jsonl", 20);
    Path held = pairs("held.jsonl", 5);
    Lorax run =
        train(first, "--data", second + ":0.5", "--validation", held, "--epochs", 1, "--json");
    run.failed(2, "--steps and --epochs exclude each other");
    List<Object> args =
        List.of(
            "train",
            "--model",
            model,
            "--data",
            first,
            "--data",
            second + ":0.5",
            "--validation",
            held,
            "--out",
            out,
            "--epochs",
            1,
            "--batch-size",
            2,
            "--sample",
            "",
            "--json");
    run = Lorax.run(args.toArray()).ok();
    assertThat(run.json().get("steps").asInt()).isEqualTo(10); // (10 + 20 / 2) / 2
    assertThat(run.err())
        .contains(
            "gone over 0.5 times an epoch",
            "to measure on",
            "30 to learn from (20 an epoch), 5 held out");
  }

  @Test
  void readsInstructionsAndColumnsOfOtherNames() throws IOException {
    Path alpaca =
        file("alpaca.json", "[{\"instruction\": \"Add\", \"input\": \"1\", \"output\": \"2\"}]");
    assertThat(train(alpaca, "--held-out", 0, "--batch-size", 1).ok().err())
        .contains("1 samples, Alpaca instructions, a JSON array");
    out = folder.resolve("columns");
    Path csv = file("faq.csv", "question,reply", "\"One, or two?\",Two", "Three?,Three");
    assertThat(train(csv, "--fields", "question,reply", "--held-out", 0).ok().err())
        .contains("2 samples, prompts and completions, CSV");
    out = folder.resolve("unknown");
    train(csv).failed(1, "faq.csv, line 2", "question", "reply");
  }

  @Test
  void aLossThatIsNoNumberNamesItsSample() throws IOException {
    spoilPosition(12);
    Path data =
        file(
            "some.jsonl",
            "{\"prompt\": \"a\", \"completion\": \"bcd\"}",
            "{\"prompt\": \"a\", \"completion\": \"%s\"}".formatted("b".repeat(20)),
            "{\"prompt\": \"a\", \"completion\": \"bed\"}");
    train(data, "--held-out", 0, "--batch-size", 3)
        .failed(1, "The loss is NaN in step 1", "some.jsonl, line 2");
  }

  /** Makes one position NaN, so that long samples are at fault. */
  private void spoilPosition(int position) {
    Path file = model.resolve("model.safetensors");
    try (Scope scope = new Scope();
        Safetensors stored = Safetensors.open(file)) {
      Map<String, Tensor> tensors = new TreeMap<>();
      stored.names().forEach(name -> tensors.put(name, scope.adopt(stored.get(name)).copy()));
      tensors.get("transformer.wpe.weight").narrow(0, position, 1).mulInPlace(Double.NaN);
      SafetensorsWriter.write(file, tensors);
    }
  }

  @Test
  void endsEarlyWhereNothingImprovesAndLeavesTheBest() throws IOException {
    Path data = pairs("pairs.jsonl", 12);
    Lorax run =
        train(
            data,
            "--steps",
            400,
            "--held-out",
            0.5,
            "--learning-rate",
            0.05,
            "--schedule",
            "constant",
            "--eval-every",
            4,
            "--patience",
            2,
            "--json");
    JsonNode summary = run.ok().json();
    assertThat(summary.get("steps").asInt()).isLessThan(400);
    assertThat(summary.get("evalLossBest").asDouble())
        .isLessThan(summary.get("evalLossAfter").asDouble());
    assertThat(summary.get("savedStep")).isEqualTo(summary.get("bestStep"));
    assertThat(summary.get("evalLossSaved")).isEqualTo(summary.get("evalLossBest"));
    assertThat(out.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(out.resolve("best/adapter_model.safetensors"));
    Lorax again = Lorax.run("train", "--resume", out, "--json").ok();
    assertThat(again.json().get("steps")).isEqualTo(summary.get("steps")); // it has given up
    assertThat(again.err()).contains("its last: the run had finished, from " + out);
    assertThat(Lorax.run("train", "--resume", out).ok().out())
        .contains("early, after step %s of 400".formatted(summary.get("steps")))
        .contains(" -> %.4f".formatted(summary.get("evalLossBest").asDouble()))
        .contains("(after step %s, the best)".formatted(summary.get("bestStep")));
    assertThat(out.resolve("report.html"))
        .content()
        .contains(" → %.4f<".formatted(summary.get("evalLossBest").asDouble()));
  }

  @Test
  void samplesGoOnWithWhatIsAskedFor() throws IOException {
    Path data = pairs("pairs.jsonl", 12);
    train(data, "--sample-every", 3, "--sample", "The harbor").ok();
    assertThat(out.resolve("metrics.jsonl")).content().contains("\"prompt\":\"The harbor\"");
    train(data, "--sample-every", 3, "--sample", "").failed(2, "leave one out");
  }
}
