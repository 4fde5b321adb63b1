package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Dora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.peft.PeftFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterCommandTest {
  @TempDir static Path home;
  private static Path model;
  private static Path adapter; // of queries and values, rank 8 each, in 2 blocks
  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    model = TinyModel.in(home);
    adapter = TinyModel.adapter(home, model);
  }

  private Path out() {
    return folder.resolve("out");
  }

  private Lorax adapter(String operation, Object... more) {
    List<Object> words = new ArrayList<>(List.of("adapter", operation, "--model", model));
    words.addAll(List.of("--out", out()));
    words.addAll(List.of(more));
    return Lorax.run(words.toArray());
  }

  private static double change(Path adapter) throws IOException {
    JsonNode json = Lorax.run("inspect", "--model", model, "--adapter", adapter, "--json").json();
    assertThat(json.at("/adapter/layers")).hasSize(2);
    return json.at("/adapter/layers/1/change").asDouble();
  }

  @Test
  void weightsScaleWhatIsCombined() throws IOException {
    Lorax run =
        adapter("combine", "--adapter", adapter, "--adapter", adapter, "--weights", "0.75,-0.25");
    assertThat(run.ok().out()).contains("rank", "saved");
    assertThat(change(out())).isCloseTo(0.5 * change(adapter), within(1e-5));
  }

  @Test
  void aCombinationByNameTakesItsOptions() throws IOException {
    JsonNode told =
        adapter(
                "combine",
                "--adapter",
                adapter,
                "--adapter",
                adapter,
                "--type",
                "ties_svd",
                "--density",
                0.9,
                "--majority",
                "frequency",
                "--rank",
                1,
                "--json")
            .ok()
            .json();
    assertThat(told.get("largestRank").asInt()).isEqualTo(1);
    assertThat(told.get("out").asText()).isEqualTo(out().toString());
    assertThat(change(out())).isPositive();
  }

  @Test
  void aSumIsCutBackToWhatItNeeds() throws IOException {
    adapter("combine", "--adapter", adapter, "--adapter", adapter).ok();
    Path small = folder.resolve("small");
    JsonNode told =
        Lorax.run(
                "adapter",
                "resize",
                "--model",
                model,
                "--adapter",
                out(),
                "--out",
                small,
                "--rule",
                "sv_fro=0.999",
                "--json")
            .ok()
            .json();
    assertThat(told.get("modules")).hasSize(2);
    assertThat(told.at("/modules/0/name").asText())
        .isEqualTo("decoder.blocks.0.self_attention.query+key+value");
    assertThat(told.get("largestRank").asInt()).isBetween(1, 16);
    assertThat(told.get("lostShare").asDouble()).isLessThan(0.05); // 0.999² and more are kept
    assertThat(change(small)).isCloseTo(2 * change(adapter), withinPercentage(0.2));
  }

  @Test
  void doraIsMadePlain() throws IOException {
    Path dora = folder.resolve("dora");
    LoraConfig config = LoraConfig.builder().rank(2).form(Dora::of).build();
    try (Checkpoint base = Checkpoint.open(model);
        Adapter made = Adapter.initial(base, config, 1)) {
      made.trained().asMap().values().forEach(value -> value.addInPlace(0.05));
      PeftFolder.write(dora, base, made);
    }
    JsonNode told =
        adapter("convert", "--adapter", dora, "--rank", 32, "--exact", "--json").ok().json();
    assertThat(told.get("lostShare").asDouble()).isLessThan(1e-5);
    assertThat(change(out())).isCloseTo(change(dora), within(1e-4));
    Lorax table = Lorax.run("inspect", "--model", model, "--adapter", dora).ok();
    assertThat(table.out()).contains("effective", "block 1", "█");
    JsonNode modules =
        Lorax.run("inspect", "--model", model, "--adapter", dora, "--json").ok().json();
    JsonNode first = modules.at("/adapter/modules/0"); // B · A has rank 2, its change has all
    assertThat(first.get("effectiveRank").asDouble()).isBetween(1.0, 2.0 + 1e-9);
    assertThat(first.get("stableRank").asDouble()).isBetween(1.0, 2.0 + 1e-9);
  }

  @Test
  void theDifferenceOfAMergedModelIsItsAdapter() throws IOException {
    Path merged = folder.resolve("merged");
    Lorax.run("merge", "--model", model, "--adapter", adapter, "--out", merged).ok();
    Lorax run = adapter("difference", "--tuned", merged, "--rank", 16, "--copies");
    assertThat(run.ok().out()).contains("lost", "query+key+value").doesNotContain("left out");
    assertThat(change(out())).isCloseTo(change(adapter), within(1e-4));
  }

  @Test
  void whatCannotBeMadeIsOneLineAndLeavesNothing() {
    adapter("combine", "--adapter", adapter, "--weights", "1,2")
        .failed(2, "--weights gives 2 numbers for 1 adapters");
    adapter("combine", "--adapter", adapter, "--type", "sum").failed(2, "no combination 'sum'");
    adapter("combine", "--adapter", adapter, "--type", "ties").failed(2, "ties needs a density");
    adapter("combine", "--adapter", adapter, "--type", "ties", "--density", 1, "--majority", "all")
        .failed(2, "'all' is none of total, frequency");
    adapter("resize", "--adapter", adapter).failed(2, "give --rank or --rule");
    adapter("resize", "--adapter", adapter, "--rule", "sv_fro").failed(2, "has no number");
    adapter("resize", "--adapter", adapter, "--rule", "sv_fro=3").failed(2, "sv_fro takes a share");
    adapter("difference", "--tuned", model, "--rank", 0).failed(2, "rank must be at least 1");
    adapter("difference", "--tuned", model, "--rank", 4).failed(1, "No matrix differs");
    assertThat(out()).doesNotExist();
  }

  @Test
  void withoutAnOperationItSaysWhichThereAre() {
    Lorax run = Lorax.run("adapter");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("combine", "resize", "convert", "difference");
  }
}
