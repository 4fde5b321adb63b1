package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.data.DataFile;
import dev.lorax.data.EncodedFile;
import dev.lorax.data.EncodingOptions;
import dev.lorax.data.SampleEncoder;
import dev.lorax.lora.Adapter;
import dev.lorax.peft.PeftFolder;
import dev.lorax.train.Evaluation;
import dev.lorax.train.HeldOutExamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  @TempDir static Path folder;
  private static Path model;
  private static Path adapter;
  private static Path samples;

  @BeforeAll
  static void train() throws IOException {
    model = TinyModel.in(folder);
    adapter = TinyModel.adapter(folder, model);
    samples =
        Files.writeString(
            folder.resolve("samples.jsonl"),
            sample("The old keeper", " wrote a line.")
                + sample("Rain,", " wind.")
                + sample("a", "b")
                + sample("No more", " to tell, no.")
                + sample("A ship;", " a lamp."));
  }

  private static String sample(String prompt, String completion) {
    return "{\"prompt\": \"%s\", \"completion\": \"%s\"}\n"
        .formatted(prompt, completion.replace("\n", "\\n").replace("\"", "\\\""));
  }

  private static Lorax eval(Path data, Object... more) {
    List<Object> args = new ArrayList<>(List.of("eval", "--model", model, "--data", data));
    args.addAll(Arrays.asList(more));
    return Lorax.run(args.toArray());
  }

  @Test
  void samplesHaveTheLossThatTrainingMeasuresOnThem() throws IOException {
    Path out = folder.resolve("on-samples");
    Object[] train = {
      "train",
      "--model",
      model,
      "--data",
      samples,
      "--validation",
      samples,
      "--out",
      out,
      "--steps",
      3,
      "--learning-rate",
      0.02,
      "--sample",
      "",
      "--json"
    };
    JsonNode trained = Lorax.run(train).ok().json();
    JsonNode scores = eval(samples, "--adapter", out, "--batch-size", 4, "--json").ok().json();
    assertThat(scores.at("/results/0/loss").asDouble())
        .isCloseTo(trained.get("evalLossBefore").asDouble(), within(1e-6));
    assertThat(scores.at("/results/1/loss").asDouble())
        .isCloseTo(trained.get("evalLossAfter").asDouble(), within(1e-6))
        .isLessThan(scores.at("/results/0/loss").asDouble() - 0.01);
  }

  @Test
  void windowsOfATextHaveTheLossThatTrainingMeasuresOnThem() throws IOException {
    Path out = folder.resolve("on-text");
    Path text = TinyModel.text(folder);
    Object[] train = {
      "train",
      "--model",
      model,
      "--data",
      text,
      "--out",
      out,
      "--steps",
      2,
      "--window",
      16,
      "--batch-size",
      3,
      "--sample",
      "",
      "--json"
    };
    JsonNode trained = Lorax.run(train).ok().json();
    String all = Files.readString(text); // a character a token
    int held = (int) Math.round(all.length() * 0.1);
    Path file = Files.writeString(folder.resolve("held.txt"), all.substring(all.length() - held));
    int windows = (held - 1) / 16;
    assertThat(windows % 3).as("training leaves out what fills no batch").isZero();
    JsonNode scores = eval(file, "--window", 16, "--limit", windows, "--json").ok().json();
    assertThat(scores.at("/results/0/loss").asDouble())
        .isCloseTo(trained.get("evalLossBefore").asDouble(), within(1e-6));
  }

  @Test
  void everyTokenOfATextButTheFirstIsPredictedOnce() throws IOException {
    Path text = Files.writeString(folder.resolve("short.txt"), "The old keeper of the lamp.");
    JsonNode scores = eval(text, "--window", 8, "--batch-size", 3, "--json").ok().json();
    assertThat(scores.get("supervisedTokens").asInt()).isEqualTo(26);
    assertThat(scores.get("sequences").asInt()).isEqualTo(4);
  }

  @Test
  void anAdaptersNumbersAreThoseOfTheLibrary() throws IOException {
    JsonNode scores = eval(samples, "--adapter", adapter, "--json").ok().json();
    try (Checkpoint base = Checkpoint.open(model);
        Adapter read = PeftFolder.read(adapter, base);
        DataFile file = DataFile.open(samples)) {
      SampleEncoder encoder =
          new SampleEncoder(base.tokenizer(), Optional.empty(), EncodingOptions.limit(64));
      HeldOutExamples held = HeldOutExamples.of(new EncodedFile(file, encoder), 8, 100);
      List<Evaluation> plain = Evaluation.each(base.graph(), base.parameters(), held, held.count());
      List<Evaluation> adapted =
          Evaluation.each(
              read.graph(), base.parameters().and(read.parameters()), held, held.count());
      check(scores.at("/results/0"), plain);
      check(scores.at("/results/1"), adapted);
      double difference = Evaluation.together(adapted).loss() - Evaluation.together(plain).loss();
      assertThat(scores.at("/results/1/difference/loss").asDouble())
          .isCloseTo(difference, within(1e-9));
    }
  }

  private static void check(JsonNode score, List<Evaluation> sequences) {
    double loss = Evaluation.together(sequences).loss();
    assertThat(sequences).hasSize(5);
    double half = 2.776 * Evaluation.standardError(sequences); // Student, 4 degrees of freedom
    assertThat(score.get("loss").asDouble()).isEqualTo(loss);
    assertThat(score.at("/lossInterval/0").asDouble()).isCloseTo(loss - half, within(1e-12));
    assertThat(score.at("/perplexityInterval/1").asDouble())
        .isCloseTo(Math.exp(loss + half), within(1e-9));
  }

  @Test
  void answersThatAreTheModelsOwnAreExactAndOthersAreNot() throws IOException {
    List<String> prompts = List.of("The old", "Rain, wind", "a ship;");
    String own = prompts.stream().map(p -> sample(p, said(p))).collect(Collectors.joining());
    Path file = Files.writeString(folder.resolve("own.jsonl"), own + sample("The lamp", "never"));
    Lorax run = eval(file, "--exact-match", "--max-tokens", 12, "--adapter", adapter).ok();
    assertThat(run.out()).contains("exact answers", "3 of 4, 75.0 % (30.1 % to 95.4 %)", "0 of 4");
    assertThat(eval(file, "--exact-match", "--max-tokens", 12, "--learn-prompts").ok().out())
        .as("what is learned does not change what is asked")
        .contains("3 of 4");
    JsonNode longer = eval(file, "--exact-match", "--json").ok().json();
    assertThat(longer.at("/results/0/exactMatch/right").asInt())
        .as("answers that go on where those of the file end")
        .isZero();
  }

  @Test
  void aChatsLastAnswerIsComparedUpToItsEndToken() throws IOException {
    Path demo = Path.of("..", "demo", "base");
    Path file = folder.resolve("chat.jsonl");
    String lines = "Hello\nWhat is for supper?\n/save " + file + "\n";
    Lorax chat = Lorax.withInput(lines, "chat", "--model", demo, "--greedy", "-n", 200).ok();
    assertThat(chat.err()).as("the answers end by themselves").doesNotContain("cut");
    Object[] args = {"eval", "--model", demo, "--data", file, "--exact-match", "--json"};
    assertThat(Lorax.run(args).ok().json().at("/results/0/exactMatch/right").asInt()).isEqualTo(1);
    Files.writeString(file, Files.readString(file).replaceFirst("\"}]", " It said.\"}]"));
    assertThat(Lorax.run(args).ok().json().at("/results/0/exactMatch/right").asInt()).isZero();
  }

  private static String said(String prompt) {
    return Lorax.run("generate", "--model", model, "-p", prompt, "--greedy", "-n", 12)
        .ok()
        .out()
        .replaceFirst("\\R$", "");
  }

  @Test
  void showsBaseAndAdapterAndSaysWhetherTheDifferenceIsChance() {
    Lorax run = eval(samples, "--adapter", adapter).ok();
    assertThat(run.out()).contains("loss", "perplexity", "adapter - base", "beyond chance");
    assertThat(run.out()).hasLineCount(4);
    assertThat(run.err()).contains("5 samples, prompts and completions", "in 5 sequences");
    assertThat(eval(samples, "--limit", 1, "--adapter", adapter).ok().out())
        .contains("one sequence cannot tell");
    assertThat(eval(samples, "--limit", 2).ok().err()).contains("2 of 5 samples");
  }

  @Test
  void tellsWhatIsWrongWithSamples() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("bad.jsonl"), Files.readString(samples) + "{\"prompt\": \"x\"}\n");
    assertThat(eval(file).ok().err()).contains("1 dropped", "line 6");
  }

  @Test
  void tellsAnAdapterThatWasTrainedOnAnotherModel() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(adapter.resolve(name), other.resolve(name));
    }
    Path config = other.resolve("adapter_config.json");
    Files.writeString(config, Files.readString(config).replaceFirst("[^\"]*gpt2\"", "org/opt\""));
    assertThat(eval(samples, "--adapter", other).ok().err())
        .contains("adapter other was trained on org/opt, not on gpt2");
    assertThat(eval(samples, "--adapter", adapter).ok().err()).doesNotContain("was trained on");
  }

  @Test
  void refusesWhatCannotBeMeasured() throws IOException {
    Path texts = Files.writeString(folder.resolve("texts.jsonl"), "{\"text\": \"The lamp.\"}\n");
    eval(texts, "--exact-match").failed(2, "--exact-match", "texts.jsonl holds texts");
    eval(TinyModel.text(folder), "--exact-match").failed(2, "--exact-match", "is one text");
    eval(samples, "--limit", 0).failed(2, "--limit must be at least 1");
    eval(samples, "--max-length", 65).failed(2, "--max-length 65", "at most 64");
    eval(folder.resolve("none.jsonl")).failed(1, "none.jsonl", "no such file");
    Lorax.run("eval", "--model", model).failed(2, "Missing required option: '--data=FILE'");
    Lorax.run("eval", "--help").ok();
  }
}
