package dev.lorax.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Starts;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters survive the way to GGUF and back; docs/interop/llama_cpp.sh runs them in llama.cpp. */
class GgufAdapterTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

  @TempDir Path folder;

  private static final List<String> KINDS =
      List.of(
          "gemma",
          "gemma2",
          "gemma3",
          "gemma3_text",
          "gpt2",
          "gpt_bigcode",
          "gpt_neox",
          "granite",
          "llama",
          "mistral",
          "olmo2",
          "phi3",
          "qwen2",
          "qwen3",
          "smollm3");

  /** What these learn is more than products. */
  private static final Set<String> REFUSED =
      Set.of(
          "gpt2-bias-all",
          "gpt2-bias-lora-only",
          "gpt2-dora",
          "llama-bias-lora-only",
          "llama-dora",
          "llama-lora-bias",
          "llama-modules-to-save",
          "llama-trainable-tokens");

  /** Its output head shares the embedding's table, which llama.cpp does not do there. */
  private static final String OTHER = "neox-sequential";

  static Stream<Fixture> fixtures() {
    return Fixture.all().stream()
        .filter(each -> !each.name().equals(OTHER))
        .filter(each -> KINDS.contains(each.json("config.json").get("model_type").asText()));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void adaptersOfPeftComputeTheSameAfterTheWayThroughGguf(Fixture fixture) {
    try (Checkpoint base = open(fixture);
        Adapter adapter = PeftFolder.read(fixture.folder().resolve("adapter"), base)) {
      if (REFUSED.contains(fixture.name())) {
        assertThatThrownBy(() -> GgufAdapter.check(base, adapter))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("An adapter in GGUF ")
            .hasMessageContaining("merge");
      } else {
        requireRoundTrip(base, adapter);
      }
    }
  }

  /** A's of their own are stacked, and ranks and scales differ. */
  @ParameterizedTest
  @CsvSource({"query, value", "key, value", "query, key"})
  void adaptersOfGpt2sFusedMatrixAreStacked(String first, String second) {
    try (Checkpoint base = open(Fixture.named("gpt2-lora"))) {
      Graph one = Lorax.inject(base.graph(), config(3, 5, node -> isNamed(node, first)));
      Graph both = Lorax.inject(one, config(2, 7, node -> isNamed(node, second)));
      try (Adapter adapter = filled(both)) {
        requireRoundTrip(base, adapter);
        try (GgufFile file = GgufFile.open(folder.resolve("first.gguf"))) {
          long width = base.graph().parameters().get("decoder.norm.weight").size();
          assertThat(file.tensors())
              .containsEntry(
                  "blk.0.attn_qkv.weight.lora_a", new GgufTensor(GgufType.F32, Shape.of(5, width)))
              .containsEntry(
                  "blk.0.attn_qkv.weight.lora_b",
                  new GgufTensor(GgufType.F32, Shape.of(3 * width, 5)));
        }
      }
    }
  }

  @Test
  void aSharedAGoesBackAsItCame() {
    Fixture fixture = Fixture.named("gpt2-lora");
    try (Checkpoint base = open(fixture);
        Adapter adapter = PeftFolder.read(fixture.folder().resolve("adapter"), base)) {
      GgufAdapter.write(folder.resolve("x.gguf"), base, adapter, GgufType.F32);
      Node lora = adapter.nodes().get(0);
      try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"));
          Scope scope = new Scope()) {
        Tensor a = scope.adopt(file.get("blk.0.attn_qkv.weight.lora_a"));
        assertThat(a.toFloats()).isEqualTo(adapter.a(lora).toFloats());
        assertThat(file.metadata().keySet())
            .containsExactly(
                "general.architecture",
                "general.type",
                "general.file_type",
                "adapter.type",
                "adapter.lora.alpha");
      }
    }
  }

  /** One alpha for all: where the scale is another, B has the difference. */
  @Test
  void scalesThatOneAlphaCannotSayAreFoldedIntoB() {
    try (Checkpoint base = open(Fixture.named("llama-lora-qkv"))) {
      Graph one = Lorax.inject(base.graph(), config(2, 6, node -> isNamed(node, "query")));
      Graph both = Lorax.inject(one, config(4, 4, node -> isNamed(node, "value")));
      try (Adapter adapter = filled(both)) {
        GgufAdapter.write(folder.resolve("x.gguf"), base, adapter, GgufType.F32);
        try (GgufFile file = GgufFile.open(folder.resolve("x.gguf"));
            Scope scope = new Scope()) {
          assertThat(file.number("adapter.lora.alpha")).hasValue(6);
          Node value = node(adapter, "decoder.blocks.0.self_attention.value.lora");
          Tensor b = scope.adopt(file.get("blk.0.attn_v.weight.lora_b"));
          float[] wanted = adapter.b(value).mul(4.0 / 6).toFloats();
          assertThat(Forward.difference(b.toFloats(), wanted)).isLessThan(1e-6);
          Node query = node(adapter, "decoder.blocks.0.self_attention.query.lora");
          Tensor unchanged =
              GgufMap.of(base.architecture(), base.graph())
                  .toFile("blk.0.attn_q.weight", adapter.b(query));
          assertThat(scope.adopt(file.get("blk.0.attn_q.weight.lora_b")).toFloats())
              .isEqualTo(unchanged.toFloats());
        }
        requireRoundTrip(base, adapter);
      }
    }
  }

  @Test
  void anEmbeddingsALiesRowByToken() {
    try (Checkpoint base = open(Fixture.named("llama-lora-qkv"));
        Adapter adapter =
            filled(
                Lorax.inject(
                    base.graph(),
                    config(
                        2,
                        4,
                        node ->
                            node.name().equals("embedder.token")
                                || node.name().equals("language_modeling_head.output"))))) {
      requireRoundTrip(base, adapter);
      try (GgufFile file = GgufFile.open(folder.resolve("first.gguf"))) {
        Shape table = base.graph().parameters().get("embedder.token.weight");
        assertThat(file.tensors().get("token_embd.weight.lora_a").shape())
            .isEqualTo(Shape.of(table.get(0), 2));
        assertThat(file.tensors().get("output.weight.lora_a").shape())
            .isEqualTo(Shape.of(2, table.get(1)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-lora, embedder.position, applies no adapter to learned positions",
    "gpt2-lora, embedder.token, tied output head",
    "llama-tied-lora, language_modeling_head.output, no place for the adapters of language"
  })
  void whatLlamaCppCannotApplyIsRefused(String fixture, String node, String why) {
    try (Checkpoint base = open(Fixture.named(fixture));
        Adapter adapter =
            filled(Lorax.inject(base.graph(), config(2, 4, each -> each.name().equals(node))))) {
      assertThatThrownBy(() -> GgufAdapter.check(base, adapter))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(why)
          .hasMessageContaining("merge");
    }
  }

  /** PiSSA's change is a product of twice the rank. */
  @Test
  void anAdapterThatBeganFromTheBaseIsPlain() {
    LoraConfig config =
        LoraConfig.builder().rank(2).alpha(3).targetKey(true).start(Starts.named("pissa")).build();
    for (String name : List.of("gpt2-lora", "llama-lora-qkv")) {
      try (Checkpoint base = open(Fixture.named(name));
          Adapter adapter = changed(Adapter.initial(base, config, 1))) {
        requireRoundTrip(base, adapter);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "general.type, model, general.type is 'model'",
    "adapter.type, dora, adapter.type is 'dora'",
    "general.architecture, gpt2, general.architecture is 'gpt2'"
  })
  void otherFilesAreNoAdapters(String key, String value, String why) {
    requireFault(
        why,
        Map.of(key, GgufValue.of(value)),
        Map.of("blk.0.attn_q.weight.lora_a", new GgufTensor(GgufType.F32, Shape.of(1, 1))));
  }

  @Test
  void allThatDoesNotFitIsToldAtOnce() {
    GgufTensor tensor = new GgufTensor(GgufType.F32, Shape.of(3, 3));
    Map<String, GgufTensor> layout = new LinkedHashMap<>();
    layout.put("blk.0.attn_q.weight.lora_a", tensor);
    layout.put("blk.0.attn_v.weight.lora_a", tensor);
    layout.put("blk.0.attn_v.weight.lora_b", tensor);
    layout.put("blk.9.attn_v.weight.lora_a", tensor);
    String told = requireFault("does not fit this base model", Map.of(), layout);
    assertThat(told)
        .contains("blk.0.attn_q.weight.lora_b is missing")
        .contains("blk.0.attn_v.weight.lora_a is [3, 3] instead of [3, ")
        .contains("'blk.9.attn_v.weight.lora_a' is left over");
    assertThat(requireFault("it holds no tensor", Map.of(), Map.of())).doesNotContain("\n");
  }

  private String requireFault(
      String why, Map<String, GgufValue> changed, Map<String, GgufTensor> layout) {
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", GgufValue.of("llama"));
    metadata.put("general.type", GgufValue.of("adapter"));
    metadata.put("adapter.type", GgufValue.of("lora"));
    metadata.putAll(changed);
    Path path = folder.resolve("faulty.gguf");
    GgufWriter.write(
        path,
        metadata,
        layout,
        name -> Tensor.zeros(DType.F32, layout.get(name).shape().toArray()));
    try (Checkpoint base = open(Fixture.named("llama-lora-qkv"))) {
      var told =
          org.assertj.core.api.Assertions.catchThrowableOfType(
              CheckpointException.class, () -> GgufAdapter.read(path, base));
      assertThat(told).hasMessageContaining(why).hasMessageStartingWith(path.toString());
      return told.getMessage();
    }
  }

  /** Written, read and written again: equal logits, then equal files. */
  private void requireRoundTrip(Checkpoint base, Adapter adapter) {
    Path first = folder.resolve("first.gguf");
    Path second = folder.resolve("second.gguf");
    GgufAdapter.write(first, base, adapter, GgufType.F32);
    try (Adapter read = GgufAdapter.read(first, base)) {
      float[] wanted = logits(base, adapter);
      float[] without = Forward.logits(base.graph(), base.parameters(), TOKENS);
      assertThat(Forward.difference(wanted, without)).isGreaterThan(0.01);
      assertThat(Forward.difference(logits(base, read), wanted)).isLessThan(1e-5);
      GgufAdapter.write(second, base, read, GgufType.F32);
      assertThat(second).hasSameBinaryContentAs(first);
    }
  }

  private static Checkpoint open(Fixture fixture) {
    return Checkpoint.open(fixture.folder(), DType.F32);
  }

  private static float[] logits(Checkpoint base, Adapter adapter) {
    return Forward.logits(adapter.graph(), base.parameters().and(adapter.parameters()), TOKENS);
  }

  private static boolean isNamed(Node node, String name) {
    return node.lastName().equals(name);
  }

  private static Node node(Adapter adapter, String name) {
    return adapter.graph().node(name).orElseThrow();
  }

  private static LoraConfig config(int rank, double alpha, Predicate<Node> targets) {
    return LoraConfig.builder().rank(rank).alpha(alpha).targets(targets).build();
  }

  private static Adapter filled(Graph injected) {
    return changed(Adapter.initial(injected, 3));
  }

  private static Adapter changed(Adapter adapter) {
    try (Scope scope = new Scope()) {
      for (Node node : adapter.nodes()) {
        Tensor b = adapter.b(node);
        b.copyInPlace(Tensor.normal(DType.F32, 0.4, node.id(), b.shape().toArray()));
      }
    }
    return adapter;
  }
}
