package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
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
