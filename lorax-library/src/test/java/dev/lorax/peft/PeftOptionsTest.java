package dev.lorax.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.BiasedLora;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Dora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Merge;
import dev.lorax.lora.Starts;
import dev.lorax.lora.Targets;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters with every option are the same after they were written and read. */
class PeftOptionsTest {
  private static final int[] TOKENS = {3, 1, 28, 7, 5, 0, 96, 44};

  @TempDir Path folder;

  private static LoraConfig.Builder plain() {
    return LoraConfig.builder().rank(2).alpha(6);
  }

  static Stream<Arguments> options() {
    Map<String, LoraConfig.Builder> options =
        Map.ofEntries(
            Map.entry("rslora", plain().rankStabilized(true)),
            Map.entry("dora", plain().form(Dora::of)),
            Map.entry(
                "dora of value alone", plain().form(Dora::of).targets(Targets.named("value"))),
            Map.entry("lora_bias", plain().form(BiasedLora::of)),
            Map.entry("bias all", plain().copies(Copies.biases())),
            Map.entry("bias lora_only", plain().copies(Copies.biasesOfTargets())),
            Map.entry(
                "modules_to_save",
                plain().copies(Copies.nodes("embedder.token", "language_modeling_head.output"))),
            Map.entry("token rows", plain().tokens(5, 96, 1)),
            Map.entry("pissa", plain().start(Starts.named("pissa"))),
            Map.entry("olora", plain().start(Starts.named("olora"))),
            Map.entry("orthogonal", plain().start(Starts.named("orthogonal"))),
            Map.entry("patterns", plain().rank("value", 4).alpha("0\\.self_attention\\.query", 9)),
            Map.entry("stabilised patterns", plain().rankStabilized(true).rank("value", 4)),
            Map.entry(
                "embedding and head",
                plain().targets(Targets.named("embedder.token", "language_modeling_head.output"))));
    return options.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .flatMap(
            option ->
                Stream.of("gpt2-lora", "llama-bias-lora-only")
                    .map(base -> Arguments.of(option.getKey(), base, option.getValue().build())));
  }

  @ParameterizedTest(name = "{0} of {1}")
  @MethodSource("options")
  void anOptionSurvivesWritingAndReading(String name, String fixture, LoraConfig config) {
    try (Checkpoint base = open(fixture);
        Adapter adapter = stirred(base, config)) {
      PeftFolder.write(folder.resolve("first"), base, adapter);
      try (Adapter read = PeftFolder.read(folder.resolve("first"), base)) {
        double lost = Forward.difference(logits(base, read), logits(base, adapter));
        assertThat(lost).isLessThan(1e-5);
        PeftFolder.write(folder.resolve("second"), base, read);
        assertThat(folder.resolve("second/adapter_model.safetensors"))
            .hasSameBinaryContentAs(folder.resolve("first/adapter_model.safetensors"));
        assertThat(folder.resolve("second/adapter_config.json"))
            .hasSameBinaryContentAs(folder.resolve("first/adapter_config.json"));
      }
    }
  }

  private static Checkpoint open(String fixture) {
    return Checkpoint.open(Fixture.named(fixture).folder(), DType.F32);
  }

  private static Adapter stirred(Checkpoint base, LoraConfig config) {
    Adapter adapter = Adapter.initial(base, config, 5);
    try (Scope scope = new Scope()) {
      adapter
          .trained()
          .asMap()
          .forEach(
              (name, value) -> {
                long[] shape = value.shape().toArray();
                value.addInPlace(Tensor.normal(DType.F32, 0.05, name.hashCode(), shape), 1);
              });
    }
    return adapter;
  }

  private static float[] logits(Checkpoint base, Adapter adapter) {
    return Forward.logits(adapter.graph(), base.parameters().and(adapter.parameters()), TOKENS);
  }

  @Test
  void theConfigurationSaysWhatPeftNeeds() throws IOException {
    LoraConfig config =
        plain()
            .form(Dora::of)
            .rankStabilized(true)
            .copies(Copies.nodes("language_modeling_head.output").and(Copies.biasesOfTargets()))
            .tokens(5, 1)
            .build();
    try (Checkpoint base = open("llama-bias-lora-only");
        Adapter adapter = stirred(base, config)) {
      PeftFolder.write(folder.resolve("adapter"), base, adapter);
    }
    JsonNode json =
        new ObjectMapper().readTree(folder.resolve("adapter/adapter_config.json").toFile());
    assertThat(json.get("use_dora").asBoolean()).isTrue();
    assertThat(json.get("use_rslora").asBoolean()).isTrue();
    assertThat(json.get("lora_alpha").asInt()).isEqualTo(6);
    assertThat(json.get("bias").asText()).isEqualTo("lora_only");
    assertThat(json.get("modules_to_save")).hasToString("[\"lm_head\"]");
    assertThat(json.get("trainable_token_indices")).hasToString("{\"embed_tokens\":[5,1]}");
  }

  @Test
  void someBiasesAloneHaveNoNameInPeft() {
    Copies some = (base, targets) -> Set.of("decoder.blocks.0.ffn.up.bias");
    try (Checkpoint base = open("gpt2-lora");
        Adapter adapter = stirred(base, plain().copies(some).build())) {
      assertThatThrownBy(() -> PeftFolder.check(base, adapter))
          .hasMessageContaining("but not those of decoder.blocks.0.ffn.up.bias alone");
    }
  }

  @Test
  void aTiedHeadThatIsTrainedIsMergedIntoOneOfItsOwn() {
    Copies head = Copies.nodes("language_modeling_head.output");
    try (Checkpoint base = open("gpt2-lora");
        Adapter adapter = stirred(base, plain().copies(head).build());
        Merge merge = Merge.of(base, adapter)) {
      Path merged = folder.resolve("merged");
      CheckpointFolder.write(merged, base, merge.parameters(), DType.F32);
      try (Checkpoint untied = Checkpoint.open(merged, DType.F32)) {
        float[] found = Forward.logits(untied.graph(), untied.parameters(), TOKENS);
        assertThat(Forward.difference(found, logits(base, adapter))).isLessThan(1e-5);
      }
    }
  }

  @Test
  void anEmbeddingThatIsTrainedAloneKeepsItsHead() {
    LoraConfig config = plain().targets(Targets.named("embedder.token")).build();
    try (Checkpoint base = open("gpt2-lora");
        Adapter adapter = stirred(base, config);
        Merge merge = Merge.of(base, adapter)) {
      Path merged = folder.resolve("merged");
      CheckpointFolder.write(merged, base, merge.parameters(), DType.F32);
      try (Checkpoint untied = Checkpoint.open(merged, DType.F32)) {
        float[] found = Forward.logits(untied.graph(), untied.parameters(), TOKENS);
        assertThat(Forward.difference(found, logits(base, adapter))).isLessThan(1e-5);
      }
    }
  }

  @Test
  void aCopyThatSaysTheSameAsTheBaseIsPassedOver() {
    try (Checkpoint base = open("llama-lora-embedding-head");
        Adapter adapter =
            PeftFolder.read(
                Fixture.named("llama-lora-embedding-head").folder().resolve("adapter"), base)) {
      assertThat(adapter.copies()).isEmpty();
    }
  }

  @Test
  void anAdapterOfPissaIsReadAgainstTheSameBase() throws IOException {
    LoraConfig config = plain().start(Starts.named("pissa")).build();
    try (Checkpoint base = open("llama-lora-qkv");
        Adapter adapter = stirred(base, config)) {
      float[] wanted = logits(base, adapter);
      Path written = PissaFolder.write(folder.resolve("pissa"), base, adapter);
      try (Adapter read = PeftFolder.read(written, base)) {
        assertThat(Forward.difference(logits(base, read), wanted)).isLessThan(1e-4);
      }
    }
  }
}
