package dev.lorax.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is particular in the architectures that are not Llama's. */
class GgufFamilyTest {
  @TempDir Path folder;

  /**
   * What an architecture has beside Llama's sizes; docs/interop/llama_cpp.sh shows that it is all.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "granite | 'attention_multiplier':0.5,'embedding_multiplier':2.0,'residual_multiplier':0.25,"
            + "'logits_scaling':4.0 | attention.scale=0.5 embedding_scale=2.0 residual_scale=0.25"
            + " logit_scale=4.0",
        "gemma2 | 'attn_logit_softcapping':2.0,'final_logit_softcapping':3.0,'sliding_window':8,"
            + "'query_pre_attn_scalar':8 | attn_logit_softcapping=2.0 final_logit_softcapping=3.0"
            + " attention.sliding_window=8",
        "gemma3_text | 'sliding_window':8,'query_pre_attn_scalar':8,'rope_local_base_freq':300.0,"
            + "'sliding_window_pattern':2 | attention.sliding_window=8"
            + " attention.sliding_window_pattern=2 rope.freq_base_swa=300.0",
        "phi3 | 'partial_rotary_factor':0.5 | rope.dimension_count=4",
        "olmo2 | 'rms_norm_eps':0.5 | attention.layer_norm_rms_epsilon=0.5",
        "smollm3 | 'rms_norm_eps':0.5 | attention.layer_norm_rms_epsilon=0.5",
        "gpt_neox | 'rotary_pct':0.5 | use_parallel_residual=true rope.dimension_count=4"
      })
  void constantsOfOtherArchitecturesAreWritten(String type, String fields, String wanted)
      throws IOException {
    String activation = type.startsWith("gemma") ? ",'hidden_activation':'gelu_pytorch_tanh'" : "";
    String config =
        GgufModelTest.LLAMA
            .replace("'llama'", "'" + type + "'")
            .replace("}", activation + "," + fields + "}");
    try (Checkpoint base = GgufModelTest.checkpoint(folder, config, "llama3_split")) {
      GgufModel.write(folder.resolve("x.gguf"), base, base, GgufType.F32);
    }
    try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"))) {
      for (String pair : wanted.split(" ")) {
        String[] parts = pair.split("=");
        assertThat(
                file.metadata()
                    .get(file.text("general.architecture").get() + "." + parts[0])
                    .value())
            .asString()
            .isEqualTo(parts[1]);
      }
    }
  }

  @Test
  void gateAndUpOfPhi3AreOneTensor() throws IOException {
    String phi3 = GgufModelTest.LLAMA.replace("'llama'", "'phi3'");
    try (Checkpoint base = GgufModelTest.checkpoint(folder, phi3, "llama3_split")) {
      GgufModel.write(folder.resolve("x.gguf"), base, base, GgufType.F32);
      try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"));
          Scope scope = new Scope()) {
        Tensor fused = scope.adopt(file.get("blk.1.ffn_up.weight"));
        assertThat(fused.shape()).isEqualTo(Shape.of(96, 32));
        assertThat(fused.narrow(0, 48, 48).toFloats())
            .isEqualTo(base.parameters().get("decoder.blocks.1.ffn.up.weight").toFloats());
        assertThat(file.tensors().get("blk.0.attn_qkv.weight").shape()).isEqualTo(Shape.of(64, 32));
      }
    }
  }

  @Test
  void normsOfGemmaAreWrittenWhole() throws IOException {
    String gemma =
        GgufModelTest.LLAMA
            .replace("'llama'", "'gemma'")
            .replace("}", ",'hidden_activation':'gelu_pytorch_tanh'}");
    try (Checkpoint base = GgufModelTest.checkpoint(folder, gemma, "llama3_split")) {
      GgufModel.write(folder.resolve("x.gguf"), base, base, GgufType.F16);
      try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"));
          Scope scope = new Scope()) {
        Tensor wanted = base.parameters().get("decoder.norm.weight").add(1);
        assertThat(scope.adopt(file.get("output_norm.weight")).toFloats())
            .isEqualTo(wanted.toFloats());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gemma | 'attention_bias':true | biases where this kind of model has none",
        "gemma2 | 'query_pre_attn_scalar':5 | an attention scale of",
        "gemma2 | 'query_pre_attn_scalar':8 | scores or logits without bounds",
        "gemma3_text | 'query_pre_attn_scalar':8,'layer_types':['full_attention','full_attention']"
            + " | windows in a pattern of its own, or none",
        "olmo2 | 'tie_word_embeddings':true | an output head that shares the embedding's table",
        "smollm3 | 'no_rope_layers':[0,1] | a choice of its own of layers without positions",
        "gpt_neox | 'attention_bias':false | attention without biases"
      })
  void whatIsOtherwiseInOtherArchitecturesIsRefused(String type, String fields, String why)
      throws IOException {
    String activation = type.startsWith("gemma") ? ",'hidden_activation':'gelu_pytorch_tanh'" : "";
    String config =
        GgufModelTest.LLAMA
            .replace("'llama'", "'" + type + "'")
            .replace("}", activation + "," + fields + "}");
    try (Checkpoint base = GgufModelTest.checkpoint(folder, config, "llama3_split")) {
      assertThatThrownBy(() -> GgufModel.write(folder.resolve("x.gguf"), base, base, GgufType.F32))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be written as GGUF: it has " + why);
    }
  }
}
