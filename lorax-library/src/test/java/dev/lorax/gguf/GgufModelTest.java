package dev.lorax.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Copies;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Merge;
import dev.lorax.model.Architecture;
import dev.lorax.model.ModelConfig;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole models in GGUF say all that llama.cpp needs; docs/interop/llama_cpp.sh runs them there. */
class GgufModelTest {
  static final String LLAMA =
      "{'model_type':'llama','vocab_size':1010,'hidden_size':32,'intermediate_size':48,"
          + "'head_dim':8,'num_hidden_layers':2,'num_attention_heads':4,'num_key_value_heads':2,"
          + "'max_position_embeddings':64,'rms_norm_eps':1e-5,'rope_theta':5000.0}";
  private static final String GPT2 =
      "{'model_type':'gpt2','vocab_size':1000,'n_embd':32,'n_layer':2,'n_head':4,'n_positions':64}";

  @TempDir Path folder;

  @Test
  void llamasSizesAndTokensAreWritten() throws IOException {
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [1, 7]}");
    try (Checkpoint base = checkpoint(LLAMA, "llama3_split")) {
      assertThat(write(base, GgufType.F32)).isEmpty();
    }
    try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"))) {
      requireValues(
          file,
          Map.ofEntries(
              Map.entry("general.architecture", "llama"),
              Map.entry("general.type", "model"),
              Map.entry("general.file_type", 0L),
              Map.entry("llama.block_count", 2L),
              Map.entry("llama.context_length", 64L),
              Map.entry("llama.embedding_length", 32L),
              Map.entry("llama.feed_forward_length", 48L),
              Map.entry("llama.attention.head_count", 4L),
              Map.entry("llama.attention.head_count_kv", 2L),
              Map.entry("llama.attention.key_length", 8L),
              Map.entry("llama.attention.layer_norm_rms_epsilon", 1e-5f),
              Map.entry("llama.rope.dimension_count", 8L),
              Map.entry("llama.rope.freq_base", 5000f),
              Map.entry("llama.vocab_size", 1010L),
              Map.entry("tokenizer.ggml.model", "gpt2"),
              Map.entry("tokenizer.ggml.pre", "llama-bpe"),
              Map.entry("tokenizer.ggml.bos_token_id", 0L),
              Map.entry("tokenizer.ggml.eos_token_id", 1L),
              Map.entry("tokenizer.ggml.eot_token_id", 7L),
              Map.entry("tokenizer.ggml.add_bos_token", true),
              Map.entry("tokenizer.ggml.add_eos_token", false)));
      List<?> tokens = file.metadata().get("tokenizer.ggml.tokens").values();
      assertThat(tokens).hasSize(1010).doesNotHaveDuplicates();
      assertThat(tokens.get(1009)).isEqualTo("[PAD1009]");
      long[] kinds = (long[]) file.metadata().get("tokenizer.ggml.token_type").value();
      assertThat(kinds).startsWith(3, 3, 1).endsWith(5, 5);
      assertThat(file.metadata()).doesNotContainKey("tokenizer.chat_template");
      assertThat(file.tensors()).containsKey("output.weight").hasSize(3 + 2 * 9);
    }
  }

  @Test
  void gpt2sSizesAndItsTemplateAreWritten() throws IOException {
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages }}");
    try (Checkpoint base = checkpoint(GPT2, "gpt2_bytelevel")) {
      assertThat(write(base, GgufType.BF16)).isEmpty();
    }
    try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"))) {
      requireValues(
          file,
          Map.of(
              "general.architecture",
              "gpt2",
              "general.file_type",
              32L,
              "gpt2.feed_forward_length",
              128L,
              "gpt2.attention.layer_norm_epsilon",
              1e-5f,
              "tokenizer.ggml.pre",
              "gpt-2",
              "tokenizer.ggml.add_bos_token",
              false,
              "tokenizer.chat_template",
              "{{ messages }}"));
      assertThat(file.tensors()).doesNotContainKey("output.weight"); // tied
      assertThat(type(file, "token_embd.weight")).isEqualTo(GgufType.BF16);
      assertThat(type(file, "position_embd.weight")).isEqualTo(GgufType.F32);
      assertThat(type(file, "blk.1.attn_norm.weight")).isEqualTo(GgufType.F32);
      assertThat(type(file, "blk.1.attn_qkv.bias")).isEqualTo(GgufType.F32);
    }
  }

  @ParameterizedTest
  @EnumSource
  void matricesComeBackAsTheTypeAllows(GgufType type) throws IOException {
    try (Checkpoint base = checkpoint(LLAMA, "llama3_split")) {
      List<String> warnings = write(base, type);
      try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"));
          Scope scope = new Scope()) {
        Tensor wanted = base.parameters().get("decoder.blocks.1.self_attention.value.weight");
        Tensor found = scope.adopt(file.get("blk.1.attn_v.weight"));
        double tolerance =
            switch (type) {
              case F32 -> 0;
              case F16 -> 1e-3;
              case BF16 -> 8e-3;
              case Q8_0 -> 1e-2;
            };
        assertThat(Forward.difference(found.toFloats(), wanted.toFloats()))
            .isLessThanOrEqualTo(tolerance);
        boolean blocks = type == GgufType.Q8_0; // rows of 48 are no multiple of 32
        assertThat(type(file, "blk.0.ffn_down.weight")).isEqualTo(blocks ? GgufType.F16 : type);
        assertThat(warnings).hasSize(blocks ? 1 : 0);
      }
    }
  }

  @Test
  void llama3sRotaryScalingIsATensorOfFactors() throws IOException {
    String scaled =
        LLAMA.replace(
            "}",
            ",'rope_scaling':{'rope_type':'llama3','factor':8.0,'low_freq_factor':1.0,"
                + "'high_freq_factor':4.0,'original_max_position_embeddings':64}}");
    try (Checkpoint base = checkpoint(scaled, "llama3_split")) {
      write(base, GgufType.F16);
    }
    try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"));
        Scope scope = new Scope()) {
      assertThat(file.tensors().get("rope_freqs.weight"))
          .isEqualTo(new GgufTensor(GgufType.F32, Shape.of(4)));
      float[] factors = scope.adopt(file.get("rope_freqs.weight")).toFloats();
      assertThat(factors[0]).isEqualTo(1);
      assertThat(factors[3]).isEqualTo(8);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'hidden_act':'gelu' | the activation Gelu",
        "'model_type':'qwen3','attention_bias':true | biases where this kind of model has none",
        "'model_type':'qwen2','rope_scaling':{'rope_type':'llama3','factor':8.0,"
            + "'low_freq_factor':1.0,'high_freq_factor':4.0,"
            + "'original_max_position_embeddings':64} | the rotary scaling Llama3"
      })
  void whatLlamaCppDoesNotComputeIsRefused(String field, String why) throws IOException {
    String config = LLAMA.replace("'rope_theta':5000.0}", "'rope_theta':5000.0," + field + "}");
    try (Checkpoint base = checkpoint(config, "llama3_split")) { // of two fields, the last counts
      assertThatThrownBy(() -> write(base, GgufType.F32))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be written as GGUF: it has " + why);
    }
    assertThat(folder.resolve("x.gguf")).doesNotExist();
  }

  @Test
  void aWindowIsWarnedOf() throws IOException {
    String config = LLAMA.replace("llama", "mistral").replace("}", ",'sliding_window':16}");
    try (Checkpoint base = checkpoint(config, "llama3_split")) {
      assertThat(write(base, GgufType.F32)).singleElement().asString().contains("the last 16");
    }
  }

  /** Where merging gave a tied head a weight of its own, the file has it. */
  @Test
  void aHeadThatWasUntiedIsWritten() throws IOException {
    try (Checkpoint base = checkpoint(GPT2, "gpt2_bytelevel")) {
      LoraConfig config =
          LoraConfig.builder().copies(Copies.nodes("language_modeling_head.output")).build();
      try (Adapter adapter = Adapter.initial(base, config, 1);
          Merge merge = Merge.of(base, adapter)) {
        GgufModel.write(folder.resolve("x.gguf"), base, merge, GgufType.F32);
      }
    }
    try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"))) {
      assertThat(file.tensors()).containsKey("output.weight");
    }
  }

  @Test
  void aModelWithoutAnEndIsWarnedOf() throws IOException {
    try (Checkpoint base = checkpoint(LLAMA, "llama3_split")) {
      Files.writeString(folder.resolve("special_tokens_map.json"), "{}");
      assertThat(write(base, GgufType.F32))
          .anyMatch(warning -> warning.contains("names no token that ends a text"))
          .anyMatch(warning -> warning.contains("puts tokens around a text")); // bos without a name
    }
  }

  @Test
  void aTokenizerThatLlamaCppLacksIsRefused() throws IOException {
    try (Checkpoint base = checkpoint(LLAMA.replace("1010", "1300"), "llama2_bytefallback")) {
      assertThatThrownBy(() -> write(base, GgufType.F32))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(
              folder.resolve("tokenizer.json") + ": cannot be written as GGUF: ")
          .hasMessageContaining("leaves out");
    }
  }

  private Checkpoint checkpoint(String config, String tokenizer) throws IOException {
    return checkpoint(folder, config, tokenizer);
  }

  private List<String> write(Checkpoint base, GgufType type) {
    return GgufModel.write(folder.resolve("x.gguf"), base, base, type);
  }

  private static GgufType type(GgufFile file, String tensor) {
    return file.tensors().get(tensor).type();
  }

  private static void requireValues(GgufFile file, Map<String, Object> wanted) {
    wanted.forEach(
        (key, value) -> assertThat(file.metadata().get(key).value()).as(key).isEqualTo(value));
  }

  /** A model of random weights in a folder. */
  static Checkpoint checkpoint(Path folder, String config, String tokenizer) throws IOException {
    String json = config.replace('\'', '"');
    Files.writeString(folder.resolve("config.json"), json);
    Files.copy(
        PreTokenizerTest.TOKENIZERS.resolve(tokenizer).resolve("tokenizer.json"),
        folder.resolve("tokenizer.json"));
    ObjectNode specials = new ObjectMapper().createObjectNode();
    specials.put("bos_token", tokenizer.equals("llama3_split") ? "<|begin_of_text|>" : "<s>");
    specials.put("eos_token", "<|endoftext|>");
    Files.writeString(folder.resolve("special_tokens_map.json"), specials.toString());
    Architecture architecture = Architecture.of(ModelConfig.parse(json, "test"));
    try (Parameters values = Forward.filled(architecture.graph(), DType.F32, 3)) {
      CheckpointFolder.writeWeights(folder, architecture, values, DType.F32);
    }
    return Checkpoint.open(folder);
  }
}
