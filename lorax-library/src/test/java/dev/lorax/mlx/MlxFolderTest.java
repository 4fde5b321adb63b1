package dev.lorax.mlx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.lora.Adapter;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters survive the way to mlx-lm's folder and back, or are refused by name. */
class MlxFolderTest extends MlxFixture {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-lora",
        "gpt2-lora-all",
        "gpt2-dora",
        "llama-lora-qkv",
        "llama-lora-all-linear",
        "llama-dora",
        "llama-patterns",
        "llama-rslora",
        "llama-layers-to-transform",
        "llama-lora-embedding-head",
        "qwen3-lora",
        "neox-lora",
        "phi3-lora",
        "gpt-bigcode-lora",
        "gemma2-lora",
        "olmo2-lora",
        "granite-lora",
        "smollm3-lora"
      })
  void theModelStaysTheSame(String fixture) {
    Path mlx = written(fixture);
    try (Checkpoint base = base(fixture);
        Adapter wanted = peft(fixture, base);
        Adapter found = MlxFolder.read(mlx, base)) {
      float[] logits = logits(base, wanted);
      assertThat(Forward.difference(logits(base, found), logits)).isLessThan(1e-5);
      float[] plain = Forward.logits(base.graph(), base.parameters(), TOKENS);
      assertThat(Forward.difference(plain, logits)).isGreaterThan(1e-3);
    }
  }

  @Test
  void matricesAreTransposedAndTheScaleIsTheFactorItself() throws IOException {
    Path mlx = written("llama-lora-qkv");
    JsonNode theirs = Fixture.named("llama-lora-qkv").json("adapter/adapter_config.json");
    JsonNode lora = json(mlx).get("lora_parameters");
    double scale = theirs.get("lora_alpha").asDouble() / theirs.get("r").asInt();
    assertThat(lora.get("scale").asDouble()).isEqualTo(scale);
    assertThat(lora.get("rank")).isEqualTo(theirs.get("r"));
    assertThat(lora.get("alpha").asDouble()).isEqualTo(theirs.get("lora_alpha").asDouble());
    assertThat(json(mlx).get("num_layers").asInt()).isEqualTo(2);
    assertThat(lora.get("keys")).extracting(JsonNode::asText).contains("self_attn.q_proj");
    Path peft = Fixture.named("llama-lora-qkv").folder().resolve("adapter");
    try (Scope scope = new Scope();
        Safetensors mine = Safetensors.open(mlx.resolve("adapters.safetensors"));
        Safetensors given = Safetensors.open(peft.resolve("adapter_model.safetensors"))) {
      assertThat(mine.names()).hasSameSizeAs(given.names());
      for (String half : new String[] {"A", "B"}) {
        Tensor wanted =
            scope.adopt(given.get("base_model.model." + QUERY + ".lora_" + half + ".weight"));
        Tensor found = scope.adopt(mine.get(QUERY + ".lora_" + half.toLowerCase()));
        assertThat(found.transpose(0, 1).contiguous().toFloats()).isEqualTo(wanted.toFloats());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-lora, model.h.0.attn.c_attn",
    "neox-lora, model.h.0.attention.query_key_value",
    "gpt-bigcode-lora, transformer.h.0.attn.c_attn",
    "phi3-lora, model.layers.0.self_attn.qkv_proj"
  })
  void modulesAreCalledAsMlxCallsThem(String fixture, String module) {
    try (Safetensors mine = Safetensors.open(written(fixture).resolve("adapters.safetensors"))) {
      assertThat(mine.names()).contains(module + ".lora_a");
    }
  }

  /** Only the first of two layers is adapted, and layers are counted from the last. */
  @Test
  void layersThatCannotBeLeftOutGetZeros() throws IOException {
    Path mlx = written("llama-layers-to-transform");
    int layers = json(mlx).get("num_layers").asInt();
    try (Safetensors mine = Safetensors.open(mlx.resolve("adapters.safetensors"))) {
      long modules = mine.names().stream().filter(key -> key.endsWith(".lora_a")).count();
      assertThat(modules)
          .isEqualTo((long) layers * json(mlx).get("lora_parameters").get("keys").size());
    }
  }

  @Test
  void dropoutIsKept() throws IOException {
    try (Checkpoint base = base("llama-lora-qkv");
        Adapter adapter = peft("llama-lora-qkv", base)) {
      double dropout = adapter.lora(adapter.nodes().get(0)).dropout().probability();
      Path mlx = written("llama-lora-qkv");
      config(mlx, json -> lora(json).put("dropout", 0.25));
      try (Adapter again = MlxFolder.read(mlx, base)) {
        assertThat(again.lora(again.nodes().get(0)).dropout().probability()).isEqualTo(0.25);
      }
      assertThat(dropout).isNotEqualTo(0.25);
    }
  }

  @Test
  void withoutKeysTheFileSaysWhich() {
    Path mlx = written("llama-lora-qkv");
    config(mlx, json -> lora(json).remove("keys"));
    try (Checkpoint base = base("llama-lora-qkv");
        Adapter adapter = MlxFolder.read(mlx, base)) {
      assertThat(adapter.nodes()).hasSize(6);
    }
  }

  private static float[] logits(Checkpoint base, Adapter adapter) {
    return Forward.logits(adapter.graph(), base.parameters().and(adapter.parameters()), TOKENS);
  }
}
