package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
  @TempDir Path folder;
  private Path model;
  private Path text;
  private Path out;

  @BeforeEach
  void makeFiles() throws IOException {
    model = TinyModel.in(folder);
    text = TinyModel.text(folder);
    out = folder.resolve("out");
  }

  private Lorax train(Path data, Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("train", "--model", model, "--data", data, "--out", out));
    args.addAll(Arrays.asList(more));
    return Lorax.run(args.toArray());
  }

  @Test
  void learnsFromATextAndSaysWhatItDoes() {
    Lorax run = train(text, "--steps", 30, "--learning-rate", 0.02, "--window", 32).ok();
    assertThat(run.err())
        .contains("2,048 of 32,672 parameters (6.3 %)")
        .contains("self_attention.query, self_attention.value")
        .contains("held out")
        .contains("before training")
        .contains("after step 30");
    assertThat(run.out()).contains("held-out", "->", "prompt", "base", "adapted", "saved");
  }

  @Test
  void saysWhatItRunsInAndOnAndWhy() throws IOException {
    Lorax run = train(text, "--steps", 1, "--window", 8, "--sample", "").ok();
    assertThat(run.err())
        .containsPattern("(?m)^memory +about .+, nothing is computed twice: ")
        .containsPattern("(?m)^dtype +f32, as the checkpoint stores it")
        .containsPattern("(?m)^threads +\\d+ threads?: ");
    out = folder.resolve("asked");
    run =
        train(text, "--steps", 1, "--window", 8, "--dtype", "bf16", "--threads", 1, "--json").ok();
    assertThat(run.err())
        .containsPattern("(?m)^dtype +bf16, as --dtype says")
        .containsPattern("(?m)^threads +1 thread: as --threads says$");
    assertThat(run.json().get("dtype").asText()).isEqualTo("bf16");
    assertThat(run.json().get("threads").asInt()).isEqualTo(1);
    out = folder.resolve("later");
    run = train(text, "--steps", 1, "--window", 8, "--threads", 2, "--json").ok();
    assertThat(run.json().get("threads").asInt()).isEqualTo(2);
  }

  @Test
  void computesTwiceWhatDoesNotFitTheBudget() throws IOException {
    Object[] large = {"--steps", 1, "--window", 64, "--batch-size", 1000, "--held-out", 0};
    JsonNode free = train(text, with(large, "--memory-budget", "100GB", "--json")).ok().json();
    assertThat(free.get("recompute").asDouble()).isZero();
    long less = free.get("expectedMemoryBytes").asLong() - 50_000_000;
    out = folder.resolve("less");
    Lorax run = train(text, with(large, "--memory-budget", less / 1_000_000 + "MB", "--json"));
    assertThat(run.ok().err())
        .containsPattern(
            "(?m)^memory +about .+ of the model is computed twice: the least that fits"
                + " --memory-budget [0-9.]+ [MG]B$");
    assertThat(run.json().get("recompute").asDouble()).isStrictlyBetween(0.0, 1.0);
    assertThat(run.json().get("expectedMemoryBytes").asLong()).isLessThanOrEqualTo(less);
  }

  @Test
  void namesTheBatchThatFitsABudgetThatIsTooSmall() {
    Object[] large = {"--window", 64, "--batch-size", 10_000};
    Lorax run = train(text, with(large, "--memory-budget", "500MB"));
    run.failed(2, "--memory-budget 500 MB is too little", "training takes about");
    Matcher batch =
        Pattern.compile("--batch-size (\\d+) fits$", Pattern.MULTILINE).matcher(run.err());
    assertThat(batch.find()).as(run.err()).isTrue();
    int fits = Integer.parseInt(batch.group(1));
    train(text, "--window", 64, "--batch-size", fits + 1, "--memory-budget", "500MB")
        .failed(2, "--batch-size %d fits".formatted(fits));
    train(text, with(large, "--memory-budget", "5MB")).failed(2, "no batch fits");
    train(text, "--memory-budget", "lots").failed(2, "--memory-budget lots is no size");
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesSharesThatAreNone() {
    train(text, "--recompute", 1.5).failed(2, "--recompute must be between 0 and 1, not");
    train(text, "--recompute", -0.1).failed(2, "--recompute must be between 0 and 1, not");
    train(text, "--recompute", "NaN").failed(2, "--recompute must be between 0 and 1, not");
    train(text, "--recompute", "half").failed(2, "--recompute", "half");
    assertThat(out).doesNotExist();
  }

  private static Object[] with(Object[] some, Object... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
  }

  @Test
  void tellsALongRunInAboutTwentyLines() {
    Lorax run = train(text, "--steps", 95, "--window", 8, "--batch-size", 1).ok();
    assertThat(run.err().lines().filter(line -> line.startsWith("step"))).hasSizeBetween(18, 21);
  }

  @Test
  void writesTheAdapterWithSummaryMetricsAndChart() throws IOException {
    train(text, "--steps", 4, "--window", 16, "--eval-every", 2).ok();
    assertThat(out)
        .isDirectoryContaining("glob:**/adapter_config.json")
        .isDirectoryContaining("glob:**/adapter_model.safetensors")
        .isDirectoryContaining("glob:**/loss.svg")
        .isDirectoryContaining("glob:**/report.html");
    List<String> lines = Files.readAllLines(out.resolve("metrics.jsonl"));
    assertThat(lines).hasSize(7); // four steps, and measures at 0, 2 and 4
    for (String line : lines) {
      assertThat(new ObjectMapper().readTree(line).get("step").isIntegralNumber()).isTrue();
    }
    assertThat(lines.get(3)).contains("\"step\":2", "evalLoss");
    assertThat(lines.get(4)).contains("\"step\":3", "\"loss\"").doesNotContain("evalLoss");
    assertThat(out.resolve("report.html"))
        .content()
        .contains("<h1>out</h1>", "Held-out loss", "adapted");
  }

  @Test
  void givesTheSummaryAsJsonAndNothingElseOnStdout() throws IOException {
    JsonNode json =
        train(text, "--steps", 20, "--learning-rate", 0.02, "--window", 32, "--json").ok().json();
    assertThat(json.get("outcome").asText()).isEqualTo("done");
    assertThat(json.get("steps").asInt()).isEqualTo(20);
    assertThat(json.get("tokens").asInt()).isEqualTo(20 * 4 * 32);
    assertThat(json.get("evalLossAfter").asDouble())
        .isLessThan(json.get("evalLossBefore").asDouble() - 0.5);
    assertThat(json.at("/recipe/learningRate").asDouble()).isEqualTo(0.02);
    assertThat(json.at("/sample/adapted").asText()).isNotEmpty();
    JsonNode file = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
    assertThat(file).isEqualTo(json);
  }

  @Test
  void givesTheSameAdapterForTheSameSeed() throws IOException {
    train(text, "--steps", 3, "--window", 16, "--dropout", 0.1).ok();
    byte[] first = Files.readAllBytes(out.resolve("adapter_model.safetensors"));
    out = folder.resolve("again");
    train(text, "--steps", 3, "--window", 16, "--dropout", 0.1).ok();
    assertThat(out.resolve("adapter_model.safetensors")).hasBinaryContent(first);
    out = folder.resolve("other");
    train(text, "--steps", 3, "--window", 16, "--dropout", 0.1, "--seed", 7).ok();
    assertThat(Files.readAllBytes(out.resolve("adapter_model.safetensors"))).isNotEqualTo(first);
  }

  @Test
  void adaptsEveryDenseNodeOnDemand() throws IOException {
    JsonNode json =
        train(text, "--steps", 1, "--window", 8, "--targets", "all-linear", "--json").ok().json();
    assertThat(json.at("/adapter/modules").asInt()).isEqualTo(12);
  }

  @Test
  void holdsNothingOutOnDemand() throws IOException {
    JsonNode json = train(text, "--steps", 1, "--window", 8, "--held-out", 0, "--json").ok().json();
    assertThat(json.has("evalLossBefore")).isFalse();
  }

  @Test
  void namesTheNearestTargetsOfATypo() {
    train(text, "--targets", "querry").failed(2, "'querry'", "self_attention.query");
    assertThat(out).doesNotExist();
  }

  @Test
  void allLinearIsMeantByWhatIsNearlyThatAndStandsAlone() {
    for (String typo : List.of("all-liner", "all_linear", "AllLinear")) {
      train(text, "--targets", typo).failed(2, "--targets " + typo + ": did you mean all-linear?");
    }
    train(text, "--targets", "all-linear,query").failed(2, "--targets all-linear", "alone");
  }

  @Test
  void refusesWhatCannotBeTrainedBeforeTraining() {
    Lorax run = train(text, "--modules-to-save", "embedder.token");
    run.failed(2, "shares the table of embedder.token.weight: train both, or neither");
    assertThat(run.err()).hasLineCount(2); // the model's line and the error
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesNumbersOutOfRange() {
    train(text, "--rank", 0).failed(2, "rank", "at least 1");
    train(text, "--alpha", 0).failed(2, "alpha must be a finite number above 0");
    train(text, "--alpha", -1).failed(2, "alpha must be a finite number above 0");
    train(text, "--epochs", 1e9).failed(2, "--epochs must be above 0 and below a million");
    train(text, "--batch-size", 2147483647).failed(2, "--batch-size x --accumulate");
    train(text, "--rank", 33).failed(2, "Rank 33", "at most 32");
    train(text, "--window", 65).failed(2, "--window 65", "at most 64");
    train(text, "--steps", 1, "--epochs", 1).failed(2, "--steps", "--epochs");
    train(text, "--held-out", 1).failed(2, "--held-out");
    train(text, "--sample", "long ".repeat(50)).failed(2, "--sample has 250 tokens", "64");
    train(text, "--threads", 0).failed(2, "Threads must be at least 1");
    train(text, "--dtype", "i8").failed(2, "bf16, f32");
    train(text, "--schedule", "wavy")
        .failed(2, "--schedule", "'wavy' is none of", "cosine-with-restarts");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "--learning-rate, -1, above 0 and at most 1e20",
    "--learning-rate, 1e21, above 0 and at most 1e20",
    "--lora-plus, 0, above 0 and finite",
    "--neftune, -5, at least 0 and finite",
    "--weight-decay, -1, at least 0 and finite",
    "--clip, -1, at least 0",
    "--label-smoothing, 2, at least 0 and below 1",
    "--held-out, NaN, at least 0 and below 1",
    "--recompute, 2, between 0 and 1"
  })
  void refusesNumbersByTheirOptionsBeforeItReadsAnything(
      String option, String value, String range) {
    Lorax run = train(folder.resolve("none.txt"), option, value);
    run.failed(2, "%s must be %s, not %s".formatted(option, range, Double.valueOf(value)));
    assertThat(run.err()).hasLineCount(1);
    assertThat(out).doesNotExist();
  }

  @Test
  void tellsATextThatIsTooShortEmptyOrNoText() throws IOException {
    Path file = folder.resolve("data.txt");
    Files.writeString(file, "Too short.");
    train(file).failed(1, "data.txt has 10 tokens", "one window of 64", "--window 9");
    Files.writeString(file, " \n");
    train(file).failed(1, "data.txt holds no text");
    Files.write(file, "good\ncaf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    train(file).failed(1, "data.txt, line 2", "0xE9 is not UTF-8");
    train(folder).failed(1, "is a folder");
    train(folder.resolve("none.txt")).failed(1, "none.txt: no such file");
    assertThat(out).doesNotExist();
  }

  @Test
  void looksAtTheOutputFolderBeforeTraining() throws IOException {
    Files.createDirectory(out);
    Files.writeString(out.resolve("precious.txt"), "mine");
    Lorax run = train(text);
    run.failed(1, "is not empty");
    assertThat(run.err().lines()).hasSize(1);
    assertThat(out.resolve("precious.txt")).hasContent("mine");
    out = Path.of("");
    train(text).failed(2, "--out is empty");
    out = text;
    train(text).failed(1, "is a file, not a folder");
    out = text.resolve("below");
    train(text).failed(1, "cannot be written");
  }

  @Test
  void aModelThatGivesNoNumberIsToldAsSuch() throws IOException {
    TinyModel.spoil(model);
    train(text, "--steps", 2, "--window", 16).failed(1, "The loss is NaN", "the model's weights");
    assertThat(out).doesNotExist();
  }

  @Test
  void keepsTheLastGoodStepWhenTheLossIsNoNumber() {
    Lorax run = train(text, "--steps", 9, "--learning-rate", 1e20, "--warmup", 2, "--clip", 0);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("error: The ", "Lower the learning rate", "is saved in");
    assertThat(out.resolve("adapter_model.safetensors")).exists();
  }
}
