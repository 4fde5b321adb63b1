package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.peft.PeftFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeCommandTest {
  @TempDir Path folder;
  private Path model;
  private Path adapter;
  private Path out;

  @BeforeEach
  void train() throws IOException {
    model = TinyModel.in(folder);
    adapter = TinyModel.adapter(folder, model);
    out = folder.resolve("merged");
  }

  private Lorax merge(String type) {
    return Lorax.run(
        "merge", "--model", model, "--adapter", adapter, "--out", out, "--json", "--dtype", type);
  }

  @Test
  void theMergedModelSaysWhatTheAdaptedOneSays() {
    Lorax merge = Lorax.run("merge", "--model", model, "--adapter", adapter, "--out", out).ok();
    assertThat(merge.out()).contains("rounding", "to f32 loses", "saved");
    Lorax adapted =
        Lorax.run("generate", "--model", model, "--adapter", adapter, "-p", "The", "--greedy");
    Lorax merged = Lorax.run("generate", "--model", out, "-p", "The", "--greedy");
    assertThat(merged.ok().out()).isEqualTo(adapted.ok().out());
  }

  @Test
  void aModelThatIsQuantisedAlreadyIsWrittenPlain() throws IOException {
    Path source = Path.of("..", "lorax-library/src/test/resources/bitsandbytes/llama-nf4");
    Path quantised = Files.createDirectory(folder.resolve("quantised"));
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(source.resolve(file), quantised.resolve(file));
    }
    Path tuned = folder.resolve("tuned");
    try (Checkpoint base = Checkpoint.open(quantised);
        Adapter fresh =
            Adapter.initial(
                dev.lorax.lora.Lorax.inject(base.graph(), LoraConfig.builder().rank(2).build()),
                1)) {
      fresh.nodes().forEach(node -> fresh.b(node).addInPlace(0.01));
      PeftFolder.write(tuned, base, fresh);
    }
    Lorax run =
        Lorax.run("merge", "--model", quantised, "--adapter", tuned, "--out", out, "--json").ok();
    assertThat(run.json().get("dequantised").asBoolean()).isTrue();
    assertThat(run.json().get("dtype").asText()).isEqualTo("bf16");
    assertThat(run.json().get("worstLostShare").asDouble()).isBetween(1e-4, 1.0);
    assertThat(Files.readString(out.resolve("config.json"))).doesNotContain("quantization_config");
    try (Checkpoint merged = Checkpoint.open(out)) {
      assertThat(merged.parameters().format()).isEqualTo("bf16");
    }
  }

  @Test
  void reportsWhatRoundingLoses() throws IOException {
    JsonNode exact = merge("f32").ok().json();
    assertThat(exact.get("worstLostShare").asDouble()).isLessThan(1e-5);
    out = folder.resolve("half");
    JsonNode half = merge("bf16").ok().json();
    assertThat(half.get("worstLostShare").asDouble()).isBetween(1e-4, 1.0);
    assertThat(half.get("worstLostShare").asDouble())
        .isGreaterThanOrEqualTo(half.get("meanLostShare").asDouble());
    JsonNode written = Lorax.run("inspect", "--model", out, "--json").ok().json();
    assertThat(written.get("dtype").asText()).isEqualTo("bf16");
  }

  @Test
  void overwritesNothing() {
    out = adapter;
    merge("f32").failed(1, "is not empty");
    merge("f8").failed(2, "f8");
  }
}
