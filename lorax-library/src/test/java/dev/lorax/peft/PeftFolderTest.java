package dev.lorax.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Targets;
import dev.lorax.op.Linear;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters survive the way to PEFT's folder and back. */
class PeftFolderTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

  @TempDir Path folder;

  static Stream<Fixture> fixtures() {
    return Fixture.all().stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void anAdapterOfPeftIsWrittenAsItCame(Fixture fixture) throws IOException {
    Path theirs = fixture.folder().resolve("adapter");
    Path ours = folder.resolve("ours");
    Set<String> others;
    try (Checkpoint base = open(fixture);
        Adapter adapter = PeftFolder.read(theirs, base)) {
      others = new TreeSet<>(PeftModule.names(base.architecture()));
      PeftFolder.write(ours, base, adapter);
    }
    boolean whole = modules(theirs).contains("lm_head"); // PEFT then copies what did not change
    assertThat(Files.mismatch(weights(ours), weights(theirs)) == -1).isNotEqualTo(whole);
    PeftConfig wanted = PeftConfigReader.read(theirs);
    PeftConfig found = PeftConfigReader.read(ours);
    assertThat(found.fanInFanOut()).isEqualTo(wanted.fanInFanOut());
    assertThat(found.dropout()).isEqualTo(wanted.dropout());
    for (String module : modules(theirs)) {
      assertThat(found.targets(module)).as(module).isTrue();
      assertThat(found.rankOf(module)).as(module).isEqualTo(wanted.rankOf(module));
      assertThat(scale(found, module)).as(module).isEqualTo(scale(wanted, module));
    }
    others.removeAll(modules(theirs));
    assertThat(others).isNotEmpty().noneMatch(found::targets);
  }

  /** What PEFT multiplies the product by. */
  private static double scale(PeftConfig config, String module) {
    int rank = config.rankOf(module);
    return config.alphaOf(module) / (config.rankStabilized() ? Math.sqrt(rank) : rank);
  }

  @ParameterizedTest
  @CsvSource({"query key value, 3 3 3", "query, 2", "key value, 2 4", "query value, 1 1"})
  void separateAdaptersOfAFusedMatrixAreStacked(String names, String ranks) throws IOException {
    Map<String, Integer> rankOf = new HashMap<>();
    for (int i = 0; i < names.split(" ").length; i++) {
      rankOf.put(names.split(" ")[i], Integer.parseInt(ranks.split(" ")[i]));
    }
    Fixture fixture = Fixture.named("gpt2-lora");
    try (Checkpoint base = open(fixture);
        Adapter adapter = filled(base, node -> Optional.ofNullable(rankOf.get(node.lastName())))) {
      requireRoundTrip(base, adapter);
    }
    int sum = rankOf.values().stream().mapToInt(rank -> rank).sum();
    assertThat(config(folder.resolve("first")).get("r").intValue()).isEqualTo(sum);
    assertThat(config(folder.resolve("first")).get("target_modules").get(0).asText())
        .isEqualTo("c_attn");
  }

  /** Query, key and value of rank 16 are of rank 48 together, more than their 32 columns. */
  @Test
  void stackedAdaptersOfMoreRankThanTheirMatrixAreReadAgain() {
    Targets targets = Targets.named("query", "key", "value");
    LoraConfig config = LoraConfig.builder().rank(16).alpha(8).targets(targets).build();
    try (Checkpoint base = open(Fixture.named("gpt2-lora"));
        Adapter adapter = filled(Lorax.inject(base.graph(), config))) {
      requireRoundTrip(base, adapter);
    }
  }

  @Test
  void differentScalesOfAFusedMatrixAreKept() {
    try (Checkpoint base = open(Fixture.named("gpt2-lora"))) {
      Graph query = Lorax.inject(base.graph(), alpha("self_attention.query", 4));
      Graph both = Lorax.inject(query, alpha("self_attention.value", 7));
      try (Adapter adapter = filled(both)) {
        requireRoundTrip(base, adapter);
      }
    }
  }

  @Test
  void ranksThatDifferFromModuleToModuleAreKept() throws IOException {
    try (Checkpoint base = open(Fixture.named("llama-lora-qkv"));
        Adapter adapter =
            filled(
                base,
                node ->
                    node.op() instanceof Linear && node.name().contains("self_attention")
                        ? Optional.of(node.name().contains("blocks.0") ? 2 : 5)
                        : Optional.empty())) {
      requireRoundTrip(base, adapter);
      JsonNode config = config(folder.resolve("first"));
      assertThat(config.get("rank_pattern")).hasSize(4);
    }
  }

  /** Some readers parse alpha as a whole number, and 15 / 11 · 11 is a little less than 15. */
  @Test
  void alphaIsWrittenAsItWasGiven() throws IOException {
    LoraConfig config = LoraConfig.builder().rank(11).alpha(15).build();
    try (Checkpoint base = open(Fixture.named("llama-lora-qkv"));
        Adapter adapter = Adapter.initial(Lorax.inject(base.graph(), config), 1)) {
      PeftFolder.write(folder.resolve("a"), base, adapter);
    }
    assertThat(config(folder.resolve("a")).get("lora_alpha").toString()).isEqualTo("15");
    assertThat(config(folder.resolve("a")).get("alpha_pattern")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"adapter_f16, 2e-2", "adapter_bf16, 2e-1"})
  void halfPrecisionFilesAreRead(String name, double tolerance) {
    Fixture fixture = Fixture.named("gpt2-lora");
    try (Checkpoint base = open(fixture);
        Adapter full = PeftFolder.read(fixture.folder().resolve("adapter"), base);
        Adapter half = PeftFolder.read(fixture.folder().resolve(name), base)) {
      assertThat(half.parameters().asMap().values()).allMatch(v -> v.dtype() == DType.F32);
      float[] wanted = logits(base, full);
      float[] found = logits(base, half);
      assertThat(Forward.difference(found, wanted)).isBetween(1e-6, tolerance);
    }
  }

  @ParameterizedTest
  @CsvSource({"F16, adapter_f16", "BF16, adapter_bf16"})
  void halfPrecisionFilesAreWrittenAsPeftDoes(DType type, String name) {
    Fixture fixture = Fixture.named("gpt2-lora");
    try (Checkpoint base = open(fixture);
        Adapter full = PeftFolder.read(fixture.folder().resolve("adapter"), base)) {
      PeftFolder.write(folder.resolve("half"), base, full, type);
    }
    try (Safetensors found = Safetensors.open(weights(folder.resolve("half")));
        Safetensors wanted = Safetensors.open(weights(fixture.folder().resolve(name)));
        Scope scope = new Scope()) {
      assertThat(found.names()).containsExactlyInAnyOrderElementsOf(wanted.names());
      for (String tensor : wanted.names()) {
        assertThat(found.info(tensor)).isEqualTo(wanted.info(tensor));
        Tensor value = scope.adopt(found.get(tensor));
        assertThat(value.toFloats()).isEqualTo(scope.adopt(wanted.get(tensor)).toFloats());
      }
    }
  }

  @Test
  void aBaseOfTheHubIsNamedWithItsCommit() throws IOException {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    Path snapshot = folder.resolve("models--org--tiny-model/snapshots/" + commit);
    Files.createDirectories(snapshot);
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(Fixture.named("gpt2-lora").folder().resolve(file), snapshot.resolve(file));
    }
    for (Path place : List.of(snapshot, Fixture.named("gpt2-lora").folder())) {
      try (Checkpoint base = Checkpoint.open(place);
          Adapter adapter = filled(base, node -> rank(node, "query", 1))) {
        PeftFolder.write(folder.resolve("of " + place.getFileName()), base, adapter);
      }
    }
    JsonNode config = config(folder.resolve("of " + commit));
    assertThat(config.get("base_model_name_or_path").asText()).isEqualTo("org/tiny-model");
    assertThat(config.get("revision").asText()).isEqualTo(commit);
    assertThat(PeftFolder.trainedOn(folder.resolve("of " + commit)))
        .contains("org/tiny-model@" + commit);
    assertThat(config(folder.resolve("of gpt2-lora")).has("revision")).isFalse();
    assertThat(PeftFolder.trainedOn(folder.resolve("of gpt2-lora")))
        .contains(Fixture.named("gpt2-lora").folder().toString());
  }

  @Test
  void otherTypesAreNotWritten() {
    try (Checkpoint base = open(Fixture.named("gpt2-lora"));
        Adapter adapter = filled(base, node -> rank(node, "query", 1))) {
      assertThatThrownBy(() -> PeftFolder.write(folder.resolve("x"), base, adapter, DType.F64))
          .hasMessage("Adapters are written as f32, f16 or bf16, not F64");
    }
  }

  @Test
  void aFolderThatHoldsSomethingIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("precious.txt"), "mine");
    try (Checkpoint base = open(Fixture.named("gpt2-lora"));
        Adapter adapter = filled(base, node -> rank(node, "query", 1))) {
      assertThatThrownBy(() -> PeftFolder.write(folder, base, adapter))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("empty");
    }
    assertThat(folder).isDirectoryContaining("glob:**precious.txt");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  /** Written, read and written again: equal logits, then equal files. */
  private void requireRoundTrip(Checkpoint base, Adapter adapter) {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    PeftFolder.write(first, base, adapter);
    try (Adapter read = PeftFolder.read(first, base)) {
      float[] wanted = logits(base, adapter);
      assertThat(
              Forward.difference(wanted, Forward.logits(base.graph(), base.parameters(), TOKENS)))
          .isGreaterThan(0.01);
      assertThat(Forward.difference(logits(base, read), wanted)).isLessThan(5e-6);
      PeftFolder.write(second, base, read);
      for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
        assertThat(second.resolve(file)).hasSameBinaryContentAs(first.resolve(file));
      }
    }
  }

  private static Checkpoint open(Fixture fixture) {
    return Checkpoint.open(fixture.folder(), DType.F32);
  }

  private static float[] logits(Checkpoint base, Adapter adapter) {
    Parameters all = base.parameters().and(adapter.parameters());
    return Forward.logits(adapter.graph(), all, TOKENS);
  }

  private interface Ranks {
    Optional<Integer> of(Node node);
  }

  private static Optional<Integer> rank(Node node, String name, int rank) {
    return node.lastName().equals(name) ? Optional.of(rank) : Optional.empty();
  }

  private static LoraConfig alpha(String name, double alpha) {
    return LoraConfig.builder().rank(3).alpha(alpha).targets(Targets.named(name)).build();
  }

  /** An adapter of random values, with a rank for each node. */
  private static Adapter filled(Checkpoint base, Ranks ranks) {
    Graph graph = base.graph();
    for (int rank = 1; rank <= 8; rank++) {
      int wanted = rank;
      Predicate<Node> nodes = node -> ranks.of(node).filter(r -> r == wanted).isPresent();
      if (base.graph().nodes().values().stream().anyMatch(nodes)) {
        LoraConfig config =
            LoraConfig.builder().rank(rank).alpha(2.0 * rank).targets(nodes).build();
        graph = Lorax.inject(graph, config);
      }
    }
    return filled(graph);
  }

  private static Adapter filled(Graph injected) {
    Adapter adapter = Adapter.initial(injected, 3);
    try (Scope scope = new Scope()) {
      for (Node node : adapter.nodes()) {
        Tensor b = adapter.b(node);
        b.copyInPlace(Tensor.normal(DType.F32, 0.4, node.id(), b.shape().toArray()));
      }
    }
    return adapter;
  }

  private static Path weights(Path folder) {
    return folder.resolve("adapter_model.safetensors");
  }

  private static JsonNode config(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("adapter_config.json").toFile());
  }

  /** The modules that a file adapts. */
  private static Set<String> modules(Path folder) {
    try (Safetensors file = Safetensors.open(weights(folder))) {
      return file.names().stream()
          .filter(name -> name.contains(".lora_"))
          .map(name -> name.replaceFirst("^base_model\\.model\\.", ""))
          .map(name -> name.replaceFirst("\\.lora_.*", ""))
          .collect(Collectors.toSet());
    }
  }
}
