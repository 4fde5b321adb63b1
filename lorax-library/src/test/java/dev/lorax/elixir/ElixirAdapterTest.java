package dev.lorax.elixir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.elixir.NxBytes.Stored;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An adapter that PEFT made, written as Elixir does, computes what it computes in PEFT's format.
 */
class ElixirAdapterTest {
  private static final Fixture GPT2 = Fixture.named("gpt2-lora");
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9};

  @TempDir Path folder;
  private Checkpoint base;
  private Adapter peft;
  private LoraConfig config;
  private double alpha;

  @BeforeEach
  void open() {
    base = Checkpoint.open(GPT2.folder());
    peft = PeftFolder.read(GPT2.folder().resolve("adapter"), base);
    Lora first = (Lora) peft.nodes().get(0).op();
    alpha = first.alpha();
    config = LoraConfig.builder().rank(first.rank()).alpha(alpha).targetKey(true).build();
  }

  @AfterEach
  void close() {
    peft.close();
    base.close();
  }

  @Test
  void layersWithNamesComputeTheSame() throws IOException {
    Map<String, Map<String, Stored>> layers = new LinkedHashMap<>();
    for (Node lora : peft.nodes()) {
      Map<String, Stored> layer = Map.of("lora_down", a(lora), "lora_up", b(lora));
      layers.put("lora_" + peft.target(lora).name(), layer);
    }
    assertSame(layers);
  }

  @Test
  void layersWithNumbersComputeTheSame() throws IOException {
    Map<String, Node> loras = new LinkedHashMap<>();
    peft.nodes().forEach(node -> loras.put(peft.target(node).name(), node));
    Map<String, Map<String, Stored>> layers = new LinkedHashMap<>();
    for (int block = 0; block < 2; block++) {
      for (String part : new String[] {"query", "key", "value"}) {
        Node lora = loras.get("decoder.blocks.%d.self_attention.%s".formatted(block, part));
        layers.put("lora_" + layers.size(), Map.of("lora_a", a(lora), "lora_b", b(lora)));
      }
    }
    assertSame(layers);
  }

  private void assertSame(Map<String, Map<String, Stored>> layers) throws IOException {
    assertSame(write(layers));
  }

  private void assertSame(Path file) {
    float[] wanted = Forward.logits(peft.graph(), base.parameters().and(peft.parameters()), TOKENS);
    float[] plain = Forward.logits(base.graph(), base.parameters(), TOKENS);
    for (Adapter read :
        List.of(ElixirAdapter.read(file, base, config), ElixirAdapter.read(file, base, alpha))) {
      try (Adapter adapter = read) {
        assertThat(adapter.nodes()).hasSize(6);
        float[] found =
            Forward.logits(adapter.graph(), base.parameters().and(adapter.parameters()), TOKENS);
        assertThat(Forward.difference(found, wanted)).isLessThan(1e-5);
        assertThat(Forward.difference(found, plain)).isGreaterThan(1e-2);
      }
    }
  }

  @Test
  void whatTheFileDoesNotSayIsTakenFromTheModelOrTold() throws IOException {
    Node first = peft.nodes().get(0);
    Map<String, Stored> layer = Map.of("lora_a", a(first), "lora_b", b(first));
    Map<String, Map<String, Stored>> layers = new LinkedHashMap<>();
    for (int i = 0; i < 4; i++) {
      layers.put("lora_" + i, layer);
    }
    try (Adapter adapter = ElixirAdapter.read(write(layers), base, 2)) {
      assertThat(adapter.nodes())
          .extracting(lora -> adapter.target(lora).lastName())
          .containsExactly("query", "value", "query", "value");
    }
    layers.put("lora_4", layer);
    assertThatThrownBy(() -> ElixirAdapter.read(write(layers), base, 2))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("adapts 5 layers, of which it tells the number alone");
    Map<String, Map<String, Stored>> other = Map.of("lora_encoder.query", layer);
    assertThatThrownBy(() -> ElixirAdapter.read(write(other), base, 2))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("adapts 'encoder.query' and the like");
  }

  /** It was written by this test's own writer; the command's tests work with it. */
  @Test
  void theFileAmongTheResourcesIsThatAdapterToo() {
    assertSame(Path.of("src/test/resources/elixir/gpt2.lorax"));
  }

  @Test
  void anotherRankAndAnotherBaseAreTold() throws IOException {
    Map<String, Map<String, Stored>> layers = new LinkedHashMap<>();
    for (Node lora : peft.nodes()) {
      Stored narrow = Stored.floats(new float[4 * 31], 4, 31);
      layers.put(
          "lora_" + peft.target(lora).name(), Map.of("lora_down", narrow, "lora_up", b(lora)));
    }
    Path file = write(layers);
    LoraConfig other = LoraConfig.builder().rank(2).targetKey(true).build();
    assertThatThrownBy(() -> ElixirAdapter.read(file, base, other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith(
            "its rank is 4, not 2: say so in the configuration, and alpha as in training");
    assertThatThrownBy(() -> ElixirAdapter.read(file, base, config))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has A f32[4, 31], B f32[32, 4] for decoder.blocks.0.")
        .hasMessageEndingWith(
            ", where A [4, 32] and B [32, 4] are needed: it is of another base model");
  }

  private Path write(Map<String, Map<String, Stored>> layers) throws IOException {
    return Files.write(folder.resolve("a.lorax"), NxBytes.file(layers));
  }

  private Stored a(Node lora) {
    return Stored.floats(peft.a(lora).toFloats(), 4, 32);
  }

  private Stored b(Node lora) {
    return Stored.floats(peft.b(lora).toFloats(), 32, 4);
  }
}
