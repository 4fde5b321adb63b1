package dev.lorax.checkpoint;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.Forward;
import dev.lorax.model.Architecture;
import dev.lorax.model.ModelConfig;
import dev.lorax.model.ModelConfigException;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint folder gives everything, or one error that tells all that is wrong. */
class CheckpointTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

  @TempDir Path folder;

  static Stream<Fixture> fixtures() {
    return Fixture.all().stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void bothSpellingsOfAConfigGiveEqualGraphs(Fixture fixture) {
    Architecture five = architecture(fixture.folder().resolve("config.json"));
    Architecture four = architecture(fixture.folder().resolve("config_v4.json"));
    assertThat(four).isEqualTo(five);
    assertThat(four.graph()).isEqualTo(five.graph()).hasToString(five.graph().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-lora, n_embd",
    "gpt2-lora, vocab_size",
    "llama-lora-qkv, hidden_size",
    "llama-lora-qkv, intermediate_size",
    "llama-lora-qkv, model_type"
  })
  void aFieldThatIsMissingIsNamedWithItsFile(String name, String field) {
    copy(name);
    config(json -> json.remove(field));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessage("%s lacks the field '%s'".formatted(folder.resolve("config.json"), field));
  }

  @Test
  void aFieldOfTheWrongKindIsNamed() {
    copy("gpt2-lora");
    config(json -> json.put("n_layer", "two"));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContaining("'n_layer' should be a whole number, not \"two\"");
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-lora, n_embd, 0, 'n_embd' should be a whole number above 0, not 0",
    "gpt2-lora, n_layer, -1, 'n_layer' should be a whole number above 0, not -1",
    "gpt2-lora, n_head, 5, a width of 32 cannot be split among 5 heads",
    "gpt2-lora, vocab_size, 0, 'vocab_size' should be",
    "llama-lora-qkv, hidden_size, -32, 'hidden_size' should be",
    "llama-lora-qkv, num_attention_heads, 0, 'num_attention_heads' should be",
    "llama-lora-qkv, num_attention_heads, 7, 7 attention heads cannot share",
    "llama-lora-qkv, num_key_value_heads, 0, 'num_key_value_heads' should be",
    "llama-lora-qkv, head_dim, 7, odd width 7",
    "llama-lora-qkv, max_position_embeddings, 0, 'max_position_embeddings' should be",
    "llama-lora-qkv, rope_parameters, 3, 'rope_parameters' should be an object"
  })
  void aSizeThatCannotBeIsToldWithTheFile(String name, String field, int value, String fault) {
    copy(name);
    config(json -> json.put(field, value));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": ")
        .hasMessageContaining(fault);
  }

  @Test
  void aConfigThatIsNoTextIsNamed() throws IOException {
    copy("gpt2-lora");
    Files.write(folder.resolve("config.json"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessage(folder.resolve("config.json") + " is not UTF-8 text: fetch the file again");
  }

  @ParameterizedTest
  @CsvSource({"gpt2-lora, activation_function", "llama-lora-qkv, hidden_act"})
  void anActivationThatIsNotKnownIsNamedWithTheFile(String name, String field) {
    copy(name);
    config(json -> json.put(field, "quick_gelu"));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContaining(folder.resolve("config.json").toString())
        .hasMessageContaining("quick_gelu")
        .hasMessageContaining("gelu_new");
  }

  @Test
  void aModelTypeThatIsNotKnownListsTheKnown() {
    copy("gpt2-lora");
    config(json -> json.put("model_type", "mamba"));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessage(
            "%s: unknown model_type 'mamba'. Known are %s"
                .formatted(
                    folder.resolve("config.json"),
                    Architecture.KNOWN.keySet().stream().sorted().collect(joining(", "))));
  }

  @Test
  void aRotaryScalingThatIsNotKnownIsRefusedByName() {
    copy("llama-lora-qkv");
    config(json -> json.putObject("rope_parameters").put("rope_type", "longrope"));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContaining("'longrope'");
  }

  @Test
  void everyFaultOfTheWeightsIsInOneMessage() {
    copy("gpt2-lora");
    weights(
        tensors -> {
          tensors.remove("transformer.h.0.attn.c_attn.weight");
          tensors.remove("transformer.h.1.ln_1.bias");
          tensors.put("transformer.wpe.weight", Tensor.zeros(DType.F32, 3, 32));
          tensors.put("transformer.h.0.mlp.c_fc.bias", Tensor.zeros(DType.I64, 128));
          tensors.put("transformer.h.7.ln_1.bias", Tensor.zeros(DType.F32, 32));
        });
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder + ": the weights do not fit the model: ")
        .hasMessageContaining("transformer.h.0.attn.c_attn.weight is missing")
        .hasMessageContaining("transformer.h.1.ln_1.bias is missing")
        .hasMessageMatching(".*transformer.wpe.weight is \\[3, 32] instead of \\[\\d+, 32].*")
        .hasMessageContaining("transformer.h.0.mlp.c_fc.bias has type I64")
        .hasMessageContaining("transformer.h.7.ln_1.bias is left over")
        .satisfies(
            fault ->
                assertThat(fault.getMessage().split("c_attn.weight is missing", -1)).hasSize(2));
  }

  @Test
  void expertsThatAreStackedInOneTensorAreRefusedByName() {
    copy("mixtral-lora-experts");
    String stack = "model.layers.0.mlp.experts.gate_up_proj";
    weights(tensors -> tensors.put(stack, Tensor.zeros(DType.F32, 4, 48, 32)));
    assertThatThrownBy(() -> Checkpoint.open(folder).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(stack + " stacks all experts in one tensor");
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16"})
  void weightsOfEveryTypeLoadAsAsked(DType stored) {
    copy("gpt2-lora");
    float[] exact = logits(DType.F32);
    weights(tensors -> tensors.replaceAll((name, value) -> value.to(stored).contiguous()));
    DType plain = stored == DType.F16 ? DType.F32 : stored; // CPUs are slow at float16
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.parameters().asMap().values()).allMatch(v -> v.dtype() == plain);
    }
    for (DType asked : new DType[] {DType.F32, DType.BF16}) {
      try (Checkpoint checkpoint = Checkpoint.open(folder, asked)) {
        assertThat(checkpoint.parameters().asMap().values()).allMatch(v -> v.dtype() == asked);
      }
      assertThat(Forward.difference(logits(asked), exact)).isLessThan(0.2);
    }
    assertThatThrownBy(() -> Checkpoint.open(folder, DType.F16))
        .hasMessage("Weights are loaded as f32 or bf16, not F16");
  }

  /** Some conversions leave norms in float32: products need one type, so most numbers decide. */
  @Test
  void weightsOfSeveralTypesGetTheTypeOfMostNumbers() {
    copy("llama-lora-qkv");
    weights(tensors -> tensors.replaceAll((name, t) -> t.to(type(name)).contiguous()));
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.parameters().asMap().values()).allMatch(v -> v.dtype() == DType.BF16);
      assertThat(Forward.logits(checkpoint.graph(), checkpoint.parameters(), TOKENS))
          .isEqualTo(logits(DType.BF16));
    }
  }

  private static DType type(String name) {
    return name.contains("norm") ? DType.F32 : DType.BF16;
  }

  /** As OpenAI's own GPT-2 files are, with a buffer for the causal mask, and some with a head. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void namesWithoutPrefixLoad(boolean head) {
    copy("gpt2-lora");
    float[] wanted = logits(DType.F32);
    weights(
        tensors -> {
          Map<String, Tensor> bare = new TreeMap<>();
          tensors.forEach((name, t) -> bare.put(name.replaceFirst("^transformer\\.", ""), t));
          bare.put("h.0.attn.bias", Tensor.zeros(DType.F32, 1, 1, 4, 4));
          bare.put("h.1.attn.masked_bias", Tensor.zeros(DType.F32, 1));
          if (head) {
            bare.put("lm_head.weight", bare.get("wte.weight").copy());
          }
          tensors.clear();
          tensors.putAll(bare);
        });
    assertThat(logits(DType.F32)).isEqualTo(wanted);
  }

  @Test
  void aTokenizerThatIsLargerThanTheEmbeddingIsRefused() throws IOException {
    copy("gpt2-lora");
    Path tokenizer = Path.of("src/test/resources/tokenizers/gpt2_bytelevel");
    for (Path file : Files.list(tokenizer).toList()) {
      Files.copy(file, folder.resolve(file.getFileName()));
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThatThrownBy(checkpoint::tokenizer)
          .isInstanceOf(CheckpointException.class)
          .hasMessageMatching(".*the tokenizer has \\d+ tokens but the embedding only 97 rows.*");
    }
  }

  @Test
  void aFileThatDescribesNoTokenizerIsNamed() throws IOException {
    copy("gpt2-lora");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThatThrownBy(checkpoint::tokenizer)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tokenizer.json describes no tokenizer");
    }
  }

  @Test
  void aCheckpointIsWrittenWithAllChatTemplatesOfItsBase() throws IOException {
    copy("gpt2-lora");
    List<String> names =
        List.of(
            "chat_template.jinja",
            "chat_template.json",
            "additional_chat_templates/tool_use.jinja");
    Files.createDirectory(folder.resolve("additional_chat_templates"));
    for (String name : names) {
      Files.writeString(folder.resolve(name), name);
    }
    Path written = folder.resolve("written");
    try (Checkpoint base = Checkpoint.open(folder)) {
      CheckpointFolder.write(written, base, base.parameters(), DType.F32);
    }
    for (String name : names) {
      assertThat(written.resolve(name)).hasContent(name);
    }
  }

  @Test
  void endIdsComeFromTheGenerationConfigFirst() throws IOException {
    copy("gpt2-lora");
    config(json -> json.put("eos_token_id", 5));
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [7, 9]}");
    assertThat(endIds()).containsExactly(7, 9);
    Files.writeString(folder.resolve("generation_config.json"), "{}");
    assertThat(endIds()).containsExactly(5);
    Files.delete(folder.resolve("generation_config.json"));
    assertThat(endIds()).containsExactly(5);
    config(json -> json.putNull("eos_token_id"));
    assertThat(endIds()).isEmpty();
    config(json -> json.put("eos_token_id", "five"));
    assertThatThrownBy(this::endIds).hasMessageContaining("'eos_token_id' should be");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Checkpoint.open(folder.resolve("nowhere")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nowhere: no such folder");
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .hasMessageContaining("config.json is missing");
  }

  private Set<Integer> endIds() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return checkpoint.endIds();
    }
  }

  private float[] logits(DType type) {
    try (Checkpoint checkpoint = Checkpoint.open(folder, type)) {
      return Forward.logits(checkpoint.graph(), checkpoint.parameters(), TOKENS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"qweight", "qzeros", "weight.quant_state.bitsandbytes__fp4", "weight_scale"})
  void weightsThatAnotherToolHasQuantisedAreRefusedInOneLine(String end) {
    copy("llama-lora-qkv");
    String name = "model.layers.0.self_attn.q_proj.";
    weights(tensors -> tensors.put(name + end, tensors.remove(name + "weight")));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageMatching(
            ".*its weights are quantised( \\(bitsandbytes' fp4\\))?, over which nothing is trained.*");
    config(json -> json.putObject("quantization_config").put("quant_method", "awq"));
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .hasMessageContaining(end.endsWith("fp4") ? "quantised (bitsandbytes' fp4)" : "(awq)");
  }

  @Test
  void plainWeightsAreTakenWhateverTheConfigSaysOfQuantising() {
    copy("llama-lora-qkv");
    config(json -> json.putObject("quantization_config").put("quant_method", "bitsandbytes"));
    Checkpoint.open(folder).close();
  }

  private static Architecture architecture(Path config) {
    return Architecture.of(ModelConfig.read(config));
  }

  private void copy(String name) {
    try {
      for (String file : new String[] {"config.json", "model.safetensors"}) {
        Files.copy(Fixture.named(name).folder().resolve(file), folder.resolve(file));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void config(Consumer<ObjectNode> change) {
    try {
      Path file = folder.resolve("config.json");
      ObjectNode json = (ObjectNode) new ObjectMapper().readTree(file.toFile());
      change.accept(json);
      Files.writeString(file, json.toString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void weights(Consumer<Map<String, Tensor>> change) {
    Path file = folder.resolve("model.safetensors");
    try (Scope scope = new Scope();
        Safetensors stored = Safetensors.open(file)) {
      Map<String, Tensor> tensors = new TreeMap<>();
      stored.names().forEach(name -> tensors.put(name, scope.adopt(stored.get(name))));
      change.accept(tensors);
      SafetensorsWriter.write(file, tensors);
    }
  }
}
