package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InspectCommandTest {
  private static final Path DEMO = Path.of("..", "demo", "base");

  @TempDir static Path folder;
  private static Path model;
  private static Path adapter;

  @BeforeAll
  static void train() throws IOException {
    model = TinyModel.in(folder);
    adapter = TinyModel.adapter(folder, model);
  }

  private static Lorax inspect(Object... more) {
    Object[] args = new Object[more.length + 3];
    args[0] = "inspect";
    args[1] = "--model";
    args[2] = model;
    System.arraycopy(more, 0, args, 3, more.length);
    return Lorax.run(args);
  }

  @Test
  void tellsWhatAModelIs() throws IOException {
    assertThat(inspect().ok().out()).contains("gpt2", "30,624", "f32", "model.safetensors");
    JsonNode json = inspect("--json").ok().json();
    assertThat(json.get("architecture").asText()).isEqualTo("gpt2");
    assertThat(json.get("parameters").asLong()).isEqualTo(30_624);
    assertThat(json.get("blocks").asInt()).isEqualTo(2);
    assertThat(json.get("context").asInt()).isEqualTo(64);
    assertThat(json.get("vocabulary").asInt()).isEqualTo(97);
    assertThat(json.get("files")).hasSize(1);
  }

  @Test
  void showsWhatInjectionChangesInOneBlock() {
    Lorax run = inspect("--graph", "diff", "--rank", 2, "--block", 1).ok();
    assertThat(run.out().lines().filter(line -> line.startsWith("+ ")))
        .hasSize(3) // two adapters, and the attention that now reads them
        .allMatch(line -> line.contains("decoder.blocks.1."));
    assertThat(run.out())
        .contains("Lora(32 -> 2 -> 32, alpha 4)")
        .doesNotContain("blocks.0.self_attention");
    assertThat(run.err()).contains("block 1 of 2");
  }

  @Test
  void drawsTheStepsOfWhatAnAdapterOrAllOptionsInject() {
    String saved =
        inspect("--graph", "steps", "--modules-to-save", "decoder.norm", "--bias", "all")
            .ok()
            .out();
    assertThat(saved).contains("self_attention.query.lora");
    assertThat(inspect("--graph", "steps", "--adapter", adapter).ok().out())
        .contains("query.lora", "alpha / r");
  }

  @Test
  void drawsTheWholeGraphOnDemand() {
    String before = inspect("--graph", "before", "--all").ok().out();
    assertThat(before).contains("input.tokens", "blocks.0.", "blocks.1.", "language_modeling_head");
    assertThat(before).doesNotContain("lora");
    assertThat(inspect("--graph", "after", "--all").ok().out().lines())
        .hasSize((int) before.lines().count() + 4);
  }

  @Test
  void drawsMermaidWithAdaptersMarked() {
    String drawing = inspect("--graph", "after", "--format", "mermaid").ok().out();
    assertThat(drawing).startsWith("flowchart TD").contains("query.lora", "stroke-width");
  }

  @Test
  void measuresWhatAnAdapterChanges() throws IOException {
    assertThat(inspect("--adapter", adapter).ok().out()).contains("rank", "change norm", "query");
    JsonNode modules = inspect("--adapter", adapter, "--json").ok().json().at("/adapter/modules");
    assertThat(modules).isNotEmpty();
    assertThat(modules.get(0).get("change").asDouble()).isPositive();
    assertThat(modules.get(0).get("weight").asDouble()).isPositive();
    for (JsonNode module : modules) {
      if (module.get("name").asText().endsWith("key")) {
        assertThat(module.get("effectiveRank").asDouble()).isZero(); // is not adapted
        continue;
      }
      double rank = module.get("rank").asDouble();
      assertThat(module.get("stableRank").asDouble()).isBetween(1.0, rank + 1e-9);
      assertThat(module.get("effectiveRank").asDouble())
          .isBetween(module.get("stableRank").asDouble(), rank + 1e-9);
    }
  }

  @Test
  void refusesWhatIsNotThere() {
    inspect("--graph", "before", "--block", 2).failed(2, "no block 2", "0 to 1");
    inspect("--graph", "sideways").failed(2, "--graph", "before, after, diff");
    inspect("--graph", "diff", "--targets", "kee").failed(2, "'kee'");
  }

  @ParameterizedTest
  @EnumSource
  void tellsWhatQuantisingLosesMatrixByMatrix(Precision precision) throws IOException {
    JsonNode json = quantized(DEMO, precision);
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly("dtype", "bytesBefore", "bytesAfter", "meanError", "matrices");
    assertThat(json.get("dtype").asText()).isEqualTo(precision.toString());
    assertThat(json.get("matrices")).hasSize(43); // 6 blocks of 7, and the embedding
    double sum = 0;
    double last = 1;
    long saved = 0;
    try (Checkpoint exact = Checkpoint.open(DEMO);
        Checkpoint rounded = Checkpoint.open(DEMO, precision)) {
      for (JsonNode matrix : json.get("matrices")) {
        String name = matrix.get("name").asText();
        double error = relative(exact.parameters().weight(name), rounded.parameters().weight(name));
        assertThat(matrix.get("error").asDouble()).as(name).isCloseTo(error, withinPercentage(0.1));
        assertThat(matrix.get("decibels").asDouble())
            .isCloseTo(-20 * Math.log10(error), within(0.01));
        assertThat(matrix.get("error").asDouble()).as("worst first").isLessThanOrEqualTo(last);
        last = matrix.get("error").asDouble();
        sum += error;
        saved += matrix.get("bytesBefore").asLong() - matrix.get("bytesAfter").asLong();
      }
      assertThat(json.get("bytesBefore").asLong()).isEqualTo(exact.parameters().bytes());
      assertThat(json.get("bytesAfter").asLong())
          .isEqualTo(rounded.parameters().bytes())
          .isEqualTo(exact.parameters().bytes() - saved);
    }
    assertThat(json.get("meanError").asDouble()).isCloseTo(sum / 43, withinPercentage(0.1));
  }

  /** ‖W − Q‖ / ‖W‖ of whole matrices, by the engine. */
  private static double relative(Weight exact, Weight rounded) {
    try (Scope scope = new Scope()) {
      Tensor weight = exact.dense(DType.F32);
      return weight.sub(rounded.dense(DType.F32)).norm().item() / weight.norm().item();
    }
  }

  @Test
  void fourBitsLoseMoreThanEight() throws IOException {
    JsonNode eight = quantized(DEMO, Precision.INT8);
    JsonNode four = quantized(DEMO, Precision.INT4);
    assertThat(four.get("meanError").asDouble()).isBetween(0.06, 0.1);
    assertThat(eight.get("meanError").asDouble()).isBetween(0.005, 0.01);
    assertThat(four.get("bytesAfter").asLong()).isLessThan(eight.get("bytesAfter").asLong());
  }

  @Test
  void showsTheWorstTenAndTheMean() {
    Lorax run = Lorax.run("inspect", "--model", DEMO, "--dtype", "int4").ok();
    assertThat(run.out().lines().filter(line -> line.contains(" dB"))).hasSize(10);
    assertThat(run.out()).contains("and 33 that lose less");
    assertThat(run.out().lines().reduce((a, b) -> b).orElseThrow())
        .contains("int4 loses 8.", "over 43 matrices");
  }

  @Test
  void tellsWhichMatricesFitNoFourBits() throws IOException {
    JsonNode matrices = quantized(model, Precision.INT4).get("matrices");
    assertThat(matrices).hasSize(13); // 2 blocks of 6, and the embedding
    for (JsonNode matrix : matrices) {
      boolean fits = matrix.at("/shape/1").asInt() % 64 == 0;
      assertThat(matrix.get("dtype").asText()).isEqualTo(fits ? "int4" : "int8");
    }
  }

  @Test
  void refusesTypesThatLoseNothing() {
    Path quantised = Path.of("../lorax-library/src/test/resources/bitsandbytes/llama-nf4");
    Lorax.run("inspect", "--model", quantised, "--dtype", "int8")
        .failed(1, "llama-nf4 is quantised already", "leave out --dtype");
    inspect("--dtype", "bf16").failed(2, "--dtype bf16 is not quantised", "int8, int4 or nf4");
    inspect("--dtype", "int5").failed(2, "--dtype int5", "int8, int4 or nf4");
  }

  private static JsonNode quantized(Path model, Precision precision) throws IOException {
    return Lorax.run("inspect", "--model", model, "--dtype", precision, "--json")
        .ok()
        .json()
        .get("quantized");
  }
}
