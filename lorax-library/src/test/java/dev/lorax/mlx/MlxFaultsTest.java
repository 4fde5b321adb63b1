package dev.lorax.mlx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Dora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Targets;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What does not fit, or has no place, is refused at once and by name. */
class MlxFaultsTest extends MlxFixture {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama-lora-bias | mlx-lm's format has no place for a bias on B",
        "llama-bias-lora-only | also trains decoder.blocks.0.ffn.down.bias",
        "llama-modules-to-save | also trains",
        "llama-trainable-tokens | also trains rows of tokens in embedder.token",
        "opt-lora | mlx-lm's names for modules of 'opt' are not known; those of gemma, ",
        "mixtral-lora-experts | mlx-lm's names for modules of 'mixtral' are not known"
      })
  void whatTheFormatCannotSayIsRefusedByName(String fixture, String fault) {
    assertThatThrownBy(() -> written(fixture))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(fault);
    assertThat(folder.resolve(fixture)).doesNotExist();
  }

  @Test
  void embeddingsThatMlxWouldAdaptOtherwiseAreRefused() {
    LoraConfig.Builder embedding = LoraConfig.builder().targets(Targets.named("embedder.token"));
    String fault = "mlx-lm would adapt model.embed_tokens in another way";
    requireUnwritable("llama-tied-lora", embedding, fault);
    requireUnwritable("llama-lora-qkv", embedding.form(Dora::of), fault);
  }

  @Test
  void dorasOfSomeLayersOnlyAreRefused() {
    requireUnwritable(
        "llama-lora-qkv",
        LoraConfig.builder().form(Dora::of).targets(Targets.named("blocks.0.self_attention.query")),
        "has no DoRA for model.layers.1.self_attn.q_proj");
  }

  @Test
  void everythingThatDoesNotFitIsInOneMessage() {
    Path mlx = written("llama-lora-qkv");
    weights(
        mlx,
        tensors -> {
          tensors.remove(QUERY + ".lora_b");
          tensors.put(QUERY + ".lora_a", Tensor.zeros(DType.F32, 4, 32));
          tensors.put("something.else", Tensor.zeros(DType.F32, 1));
        });
    requireRefused(
        mlx,
        QUERY + ".lora_b is missing",
        QUERY + ".lora_a is [4, 32] instead of [32, 4]",
        "something.else is left over");
  }

  @Test
  void whatMlxWouldNotLoadIsLeftOver() {
    Path mlx = written("llama-lora-qkv");
    config(mlx, json -> json.put("num_layers", 1));
    requireRefused(mlx, QUERY + ".lora_a is left over");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fine_tune_type | \"full\" | 'fine_tune_type' is \"full\"",
        "num_layers | \"two\" | 'num_layers' should be a whole number",
        "lora_parameters | {} | 'rank' should be a whole number of at least 1, not missing",
        "lora_parameters | {\"rank\": 0, \"scale\": 2} | number of at least 1, not 0",
        "lora_parameters | {\"rank\": 4} | 'scale' should be a number but 0, not missing",
        "lora_parameters | {\"rank\": 4, \"scale\": 2, \"dropout\": 1} | 'dropout'",
        "lora_parameters | {\"rank\": 4, \"scale\": 2, \"keys\": []} | 'keys' should be a list",
        "lora_parameters | 5 | lacks 'lora_parameters'"
      })
  void configsThatMakeNoSenseAreRefusedByName(String field, String value, String fault)
      throws IOException {
    Path mlx = written("llama-lora-qkv");
    JsonNode json = new ObjectMapper().readTree(value);
    config(mlx, config -> config.set(field, json));
    requireRefused(mlx, "adapter_config.json: ", fault);
  }

  private static void requireRefused(Path mlx, String... faults) {
    try (Checkpoint base = base("llama-lora-qkv")) {
      assertThatThrownBy(() -> MlxFolder.read(mlx, base))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(faults);
    }
  }

  private void requireUnwritable(String fixture, LoraConfig.Builder config, String fault) {
    try (Checkpoint base = base(fixture);
        Adapter adapter = Adapter.initial(base, config.build(), 1)) {
      assertThatThrownBy(() -> MlxFolder.write(folder, base, adapter)).hasMessageContaining(fault);
    }
  }
}
