package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  private static final Path CONFIG =
      Path.of("..", "lorax-library", "src", "test", "resources", "golden", "gpt2-lora")
          .resolve("config.json");

  @TempDir Path folder;

  private static Lorax bench(String what, Object... more) {
    List<Object> args = new ArrayList<>(List.of("bench", what));
    args.addAll(Arrays.asList(more));
    return Lorax.run(args.toArray());
  }

  @Test
  void trainingGivesEveryFigureAsJson() throws IOException {
    JsonNode json =
        bench(
                "train",
                "--config",
                CONFIG,
                "--steps",
                3,
                "--warmup",
                1,
                "--seq",
                8,
                "--batch",
                3,
                "--rank",
                2,
                "--targets",
                "query,key,value",
                "--dtype",
                "bf16",
                "--json")
            .ok()
            .json();
    assertThat(json.get("bench").asText()).isEqualTo("train");
    assertThat(json.get("dtype").asText()).isEqualTo("bf16");
    assertThat(json.at("/adapter/modules").asInt()).isEqualTo(6);
    assertThat(json.at("/adapter/rank").asInt()).isEqualTo(2);
    assertThat(json.get("iterations").asInt()).isEqualTo(3);
    assertThat(json.get("tokensPerIteration").asInt()).isEqualTo(24);
    assertThat(json.at("/limit/unit").asText()).isEqualTo("FLOP/s");
    requireSoundFigures(json);
  }

  @Test
  void decodingIsHeldToTheBytesThatATokenReads() throws IOException {
    JsonNode json =
        bench("decode", "--model", TinyModel.in(folder), "--tokens", 4, "--rounds", 2, "--json")
            .ok()
            .json();
    assertThat(json.get("dtype").asText()).isEqualTo("f32"); // as stored
    assertThat(json.at("/model/random").asBoolean()).isFalse();
    assertThat(json.at("/model/matrixBytes").asLong()).isEqualTo(4 * (2 * 12 * 32 * 32 + 97 * 32));
    assertThat(json.at("/limit/unit").asText()).isEqualTo("B/s");
    assertThat(json.at("/limit/milliseconds").asDouble())
        .isEqualTo(
            json.at("/model/matrixBytes").asDouble()
                / json.at("/limit/rates/0/perSecond").asDouble()
                * 1e3);
    requireSoundFigures(json);
  }

  @Test
  void aBatchRunsWithAsManyAdapters() throws IOException {
    Object[] batch = {"--batch", 3, "--adapters", 3, "--seq", 8, "--tokens", 4, "--rounds", 2};
    Lorax run =
        bench(
            "decode",
            Stream.concat(Stream.of("--config", CONFIG, "--json"), Arrays.stream(batch)).toArray());
    assertThat(run.ok().json().at("/adapter/count").asInt()).isEqualTo(3);
    requireSoundFigures(run.json());
  }

  @ParameterizedTest
  @CsvSource({"int8, 1.1", "int4, 0.6", "nf4, 0.6"})
  void quantisedMatricesAreCountedAsTheyLie(String type, double most) throws IOException {
    Path shape = folder.resolve("wide.json");
    Files.writeString(shape, Files.readString(CONFIG).replaceAll("(\"n_embd\": *)\\d+", "$1 64"));
    Object[] work = {"--config", shape, "--dtype", type, "--tokens", 4, "--rounds", 2, "--json"};
    JsonNode json = bench("decode", work).ok().json();
    assertThat(json.get("dtype").asText()).isEqualTo(type);
    double numbers = 2.0 * 12 * 64 * 64; // the head's rows come in no groups of 16
    assertThat(json.at("/model/matrixBytes").asDouble())
        .isBetween(0.5 * numbers, most * numbers + 97 * 64 * 2);
    bench("train", "--config", shape, "--seq", 8, "--dtype", type, "--steps", 1).ok();
  }

  @Test
  void aStepMayComputeTwice() throws IOException {
    bench("train", "--config", CONFIG, "--steps", 2, "--seq", 8, "--recompute", 1, "--json").ok();
    bench("train", "--config", CONFIG, "--recompute", 2).failed(2, "between 0 and 1, not 2");
  }

  @Test
  void aStepIsComparedWithItsProductsOfThatMoment() throws IOException {
    Object[] work = {"--config", CONFIG, "--steps", 2, "--warmup", 0, "--seq", 8, "--products"};
    Lorax run = bench("train", Stream.concat(Arrays.stream(work), Stream.of("--json")).toArray());
    JsonNode ratios = run.ok().json().get("productsTakeTimes");
    assertThat(ratios.get("median").asDouble()).isBetween(1e-9, 1.0); // a part of the step
    assertThat(bench("train", work).ok().out())
        .containsPattern("products +alone, .* times as long");
    bench("train", "--config", CONFIG, "--lengths", 8, "--padded", "--products")
        .failed(2, "--padded and --products", "one comparison");
  }

  @Test
  void aPromptTellsPeopleWhatWasMeasured() {
    Lorax run =
        bench("prefill", "--config", CONFIG, "--steps", 2, "--seq", 60, "--adapters", 0).ok();
    assertThat(run.out())
        .contains("gpt2, 30,624 parameters in f32, random", "prefill: 1 x 60 tokens, base")
        .containsPattern(
            "prompt +median [0-9.]+ ms, half of all within .* \\(2 after 2 to warm up\\)")
        .containsPattern("speed +[0-9,]+ tokens/s, .* of the limit")
        .contains("GFLOP/s", "cores");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void aStartIsTimedInProcessesOfItsOwn() throws IOException {
    JsonNode json =
        bench("start", "--model", TinyModel.in(folder), "--runs", 1, "--tokens", 2, "--json")
            .ok()
            .json();
    assertThat(json.get("command").toString()).contains("generate", "One morning");
    assertThat(json.at("/millisecondsToFirstByte/median").asDouble())
        .isBetween(50.0, json.at("/millisecondsToEnd/median").asDouble());
    bench("start", "--model", folder.resolve("none"), "--runs", 1)
        .failed(1, "exit code 1", "no such folder");
    bench("start", "--launcher", folder.resolve("none"), "--runs", 1)
        .failed(1, "cannot be started");
  }

  @Test
  void curvesAreDrawnFromRecordsOfItsJson() throws IOException {
    String record =
        "{\"axis\": \"rank\", \"x\": %d, \"result\": {\"bench\": \"decode\","
            + " \"milliseconds\": {\"median\": 5}, \"memory\": {\"peakAnonymousBytes\": 7e8}}}\n";
    Path records = folder.resolve("records.json");
    Files.writeString(records, record.formatted(1) + record.formatted(8));
    Path out = folder.resolve("curves.svg");
    bench("draw", records, "--out", out, "--note", "some work").ok();
    assertThat(out).content().contains("rank", "ms a token", "some work").containsPattern("circle");
    bench("draw", folder.resolve("none"), "--out", out).failed(1, "none cannot be read");
    Files.writeString(records, "");
    bench("draw", records, "--out", out).failed(1, "holds no record");
    assertThat(Lorax.run("bench", "--help").ok().out()).doesNotContain("draw");
  }

  private static void requireSoundFigures(JsonNode json) {
    JsonNode times = json.get("milliseconds");
    double median = times.get("median").asDouble();
    assertThat(times.get("lowerQuartile").asDouble())
        .isBetween(times.get("min").asDouble(), median);
    assertThat(times.get("upperQuartile").asDouble())
        .isBetween(median, times.get("max").asDouble());
    double speed = json.get("tokensPerSecond").asDouble();
    assertThat(speed * median / 1e3).isCloseTo(json.get("tokensPerIteration").asDouble(), within());
    double limit = json.at("/limit/tokensPerSecond").asDouble();
    assertThat(json.at("/limit/share").asDouble()).isCloseTo(speed / limit, within());
    assertThat(speed).isPositive().isLessThan(limit); // a tiny model is all overhead
    assertThat(json.at("/machine/cores").asInt()).isPositive();
    assertThat(json.get("threads").asInt()).isPositive();
    assertThat(json.get("date").asText()).startsWith("20").endsWith("Z");
    if (Files.exists(Path.of("/proc/self/status"))) {
      long peak = json.at("/memory/peakBytes").asLong();
      assertThat(json.at("/memory/peakAnonymousBytes").asLong()).isBetween(10_000_000L, peak);
    }
  }

  private static org.assertj.core.data.Percentage within() {
    return org.assertj.core.data.Percentage.withPercentage(0.001);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "decode", "prefill"})
  void exactlyOneModelIsMeasured(String what) {
    bench(what).failed(2, "either --config FILE", "or --model DIR");
    bench(what, "--config", CONFIG, "--model", folder).failed(2, "either --config", "or --model");
    bench(what, "--config", CONFIG, "--dtype", "i9")
        .failed(2, "--dtype i9", "f32, bf16, int8, int4");
    bench(what, "--config", CONFIG, "--seq", 0).failed(2, "--seq must be at least 1, not 0");
    bench(what, "--config", CONFIG, "--seq", 65).failed(2, "positions", "context holds 64");
    bench(what, "--config", CONFIG, "--threads", 0).failed(2, "Threads must be at least 1");
  }

  @Test
  void aShapeThatIsNotSupportedIsToldAsSuch() throws IOException {
    Path config = Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"mamba\"}");
    bench("train", "--config", config).failed(1, "unknown model_type 'mamba'", "gpt2, gpt_bigcode");
    bench("train", "--config", folder.resolve("none.json")).failed(1, "none.json is missing");
  }

  @Test
  void ranksAndTargetsAreThoseOfTrain() {
    Object[] small = {"--config", CONFIG, "--tokens", 4, "--rank", 33};
    bench("decode", small).failed(2, "Rank 33", "at most 32");
    bench("train", "--config", CONFIG, "--seq", 8, "--rank", 0).failed(2, "rank", "at least 1");
    bench("train", "--config", CONFIG, "--seq", 8, "--targets", "querry").failed(2, "'querry'");
  }

  @Test
  void aStepTrainsExactlyOneAdapterAndABatchHasAtMostOneASequence() {
    bench("decode", "--config", CONFIG, "--tokens", 4, "--batch", 2, "--adapters", 3)
        .failed(2, "--adapters 3", "batch of 2", "raise --batch");
    bench("train", "--config", CONFIG, "--adapters", 2).failed(2, "--adapters 2", "exactly one");
  }

  @Test
  void noBenchmarkIsWrongUsage() {
    Lorax run = Lorax.run("bench");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("error: name a benchmark").contains("prefill");
    bench("trian").failed(2, "trian");
  }
}
