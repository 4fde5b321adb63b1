package dev.lorax.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.BiasedLora;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Dora;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Merge;
import dev.lorax.lora.PissaStart;
import dev.lorax.lora.Targets;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resizing, conversion, difference: a plain adapter that stands for a change. */
class ApproximationTest {
  private static final Fixture GPT2 = Fixture.named("gpt2-lora");
  private static final Fixture LLAMA = Fixture.named("llama-lora-qkv");

  @TempDir Path folder;
  private final Checkpoint gpt2 = Checkpoint.open(GPT2.folder(), DType.F32);
  private final Checkpoint llama = Checkpoint.open(LLAMA.folder(), DType.F32);

  @AfterEach
  void close() {
    gpt2.close();
    llama.close();
  }

  private static Adapter read(Fixture fixture, Checkpoint base) {
    return PeftFolder.read(fixture.folder().resolve("adapter"), base);
  }

  private static float[] logits(Parameterized base, Adapter adapter) {
    return Forward.logits(
        adapter.graph(), base.parameters().and(adapter.parameters()), 3, 1, 4, 1, 5);
  }

  private static float[] logits(Parameterized model) {
    return Forward.logits(model.graph(), model.parameters(), 3, 1, 4, 1, 5);
  }

  @Test
  void aRankThatIsEnoughLosesNothingAndALowerOneTellsWhat() {
    try (Adapter adapter = read(GPT2, gpt2);
        Approximated same = Resizing.of(adapter, RankRule.fixed(9));
        Approximated less = Resizing.of(adapter, RankRule.fixed(2))) {
      assertThat(same.modules()).hasSize(2).allMatch(module -> module.rank() == 4);
      assertThat(same.lostShare()).isLessThan(1e-6);
      assertThat(Forward.difference(logits(gpt2, same.adapter()), logits(gpt2, adapter)))
          .isLessThan(1e-5);
      assertThat(less.modules())
          .extracting(Approximation::module)
          .containsExactly(
              "decoder.blocks.0.self_attention.query+key+value",
              "decoder.blocks.1.self_attention.query+key+value");
      requireTruth(adapter, less);
    }
  }

  /** What is told to be lost is the norm of the difference of the whole products. */
  private void requireTruth(Adapter before, Approximated after) {
    double sum = 0;
    try (Scope scope = new Scope()) {
      for (Node node : before.nodes()) {
        Node cut = after.adapter().graph().node(node.name()).orElseThrow();
        Tensor old = before.plain(node).orElseThrow().product().mul(before.lora(node).scale());
        Tensor less = after.adapter().plain(cut).orElseThrow().product();
        sum += Math.pow(old.sub(less).norm().item(), 2);
      }
    }
    double told = after.modules().stream().mapToDouble(module -> Math.pow(module.lost(), 2)).sum();
    assertThat(Math.sqrt(told)).isCloseTo(Math.sqrt(sum), within(1e-5));
    assertThat(after.lostShare()).isBetween(0.05, 0.9);
  }

  @Test
  void aResizedAdapterIsReadByPeftsFolderAtItsRank() {
    try (Adapter adapter = read(GPT2, gpt2);
        Approximated less = Resizing.of(adapter, RankRule.named("sv_fro", 0.9))) {
      PeftFolder.write(folder.resolve("less"), gpt2, less.adapter());
      try (Adapter again = PeftFolder.read(folder.resolve("less"), gpt2)) {
        assertThat(again.lora(again.nodes().get(0)).rank()).isEqualTo(less.modules().get(0).rank());
        assertThat(Forward.difference(logits(gpt2, again), logits(gpt2, less.adapter())))
            .isLessThan(1e-6);
      }
    }
  }

  @Test
  void pissaBecomesPlainExactlyAtTwiceTheRank() {
    LoraConfig config =
        LoraConfig.builder().rank(3).alpha(5).start(new PissaStart()).targetKey(true).build();
    try (Adapter adapter = Trained.moved(Adapter.initial(llama, config, 1), 2);
        Approximated plain =
            Conversion.of(llama, adapter, OptionalInt.empty(), Decomposition.EXACT)) {
      assertThat(plain.modules()).allMatch(m -> m.rank() == 6 && m.lost() == 0);
      requirePlain(plain.adapter());
      assertThat(Forward.difference(logits(llama, plain.adapter()), logits(llama, adapter)))
          .isLessThan(1e-4);
    }
  }

  private static void requirePlain(Adapter adapter) {
    assertThat(adapter.adaptations()).allMatch(node -> node.op() instanceof Lora);
  }

  @Test
  void doraBecomesPlainAndTellsWhatItsRankLoses() {
    LoraConfig config =
        LoraConfig.builder()
            .rank(2)
            .form(Dora::of)
            .targets(Targets.named("value", "ffn.up"))
            .build();
    try (Adapter adapter = Trained.moved(Adapter.initial(llama, config, 1), 2);
        Approximated most = Conversion.of(llama, adapter, OptionalInt.of(32), Decomposition.EXACT);
        Approximated less =
            Conversion.of(llama, adapter, OptionalInt.empty(), Decomposition.EXACT);
        Approximated fast =
            Conversion.of(llama, adapter, OptionalInt.empty(), Decomposition.fast(6, 3))) {
      requirePlain(most.adapter());
      assertThat(most.lostShare()).isLessThan(1e-5);
      assertThat(Forward.difference(logits(llama, most.adapter()), logits(llama, adapter)))
          .isLessThan(1e-4);
      assertThat(less.modules()).allMatch(module -> module.rank() == 4);
      assertThat(less.lostShare()).isBetween(0.01, 0.99);
      assertThat(fast.lostShare()).isCloseTo(less.lostShare(), within(1e-3));
    }
  }

  @Test
  void doraOfAFusedProjectionKeepsOneMatrix() {
    Fixture fixture = Fixture.named("gpt2-dora");
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32);
        Adapter adapter = read(fixture, base);
        Approximated plain =
            Conversion.of(base, adapter, OptionalInt.of(96), Decomposition.EXACT)) {
      assertThat(plain.modules()).hasSize(2).allMatch(module -> module.rank() == 32);
      assertThat(Forward.difference(logits(base, plain.adapter()), logits(base, adapter)))
          .isLessThan(1e-4);
    }
  }

  @Test
  void aBiasBecomesACopy() {
    LoraConfig config =
        LoraConfig.builder().rank(2).form(BiasedLora::of).targets(Targets.named("query")).build();
    try (Adapter adapter = Trained.moved(Adapter.initial(gpt2, config, 1), 2);
        Approximated plain =
            Conversion.of(gpt2, adapter, OptionalInt.empty(), Decomposition.EXACT)) {
      assertThat(plain.adapter().copies())
          .contains("decoder.blocks.0.self_attention.query.bias")
          .hasSize(2);
      assertThat(Forward.difference(logits(gpt2, plain.adapter()), logits(gpt2, adapter)))
          .isLessThan(1e-4);
    }
    try (Adapter adapter = Adapter.initial(llama, config, 1)) {
      refuses(
          () -> Conversion.of(llama, adapter, OptionalInt.empty(), Decomposition.EXACT),
          "decoder.blocks.0.self_attention.query cannot be made plain: the adapter has a bias");
    }
  }

  @Test
  void tokensAndCopiesAreKept() {
    LoraConfig config =
        LoraConfig.builder().rank(2).tokens(3, 5).copies(Copies.nodes("ffn.down")).build();
    try (Adapter adapter = Trained.moved(Adapter.initial(llama, config, 1), 2);
        Approximated same = Resizing.of(adapter, RankRule.fixed(2))) {
      assertThat(same.adapter().copies()).isEqualTo(adapter.copies()).isNotEmpty();
      assertThat(Forward.difference(logits(llama, same.adapter()), logits(llama, adapter)))
          .isLessThan(1e-4);
    }
  }

  @Test
  void theDifferenceOfAMergedModelIsItsAdapter() {
    try (Adapter adapter = read(GPT2, gpt2);
        Merge merged = Merge.of(gpt2, adapter);
        Approximated found = Difference.of(gpt2, merged, DifferenceOptions.rank(4));
        Approximated less = Difference.of(gpt2, merged, DifferenceOptions.rank(1))) {
      assertThat(found.left()).isEmpty();
      assertThat(found.modules()).hasSize(2);
      assertThat(found.lostShare()).isLessThan(1e-5);
      assertThat(Forward.difference(logits(gpt2, found.adapter()), logits(merged)))
          .isLessThan(1e-4);
      assertThat(less.lostShare()).isBetween(0.1, 0.99);
    }
  }

  @Test
  void normsAndBiasesAreToldOrCopied() {
    try (Checkpoint tuned = Checkpoint.open(GPT2.folder(), DType.F32);
        Scope scope = new Scope()) {
      String up = "decoder.blocks.1.ffn.up.weight";
      String table = "embedder.token.weight";
      tuned.parameters().get(up).addInPlace(0.5);
      tuned.parameters().get(table).addInPlace(0.1);
      tuned.parameters().get("decoder.blocks.0.ffn.up.bias").addInPlace(0.3);
      String norm =
          gpt2.graph().parameters().keySet().stream()
              .filter(n -> n.contains("norm"))
              .findFirst()
              .orElseThrow();
      tuned.parameters().get(norm).addInPlace(0.2);
      try (Approximated told = Difference.of(gpt2, tuned, DifferenceOptions.rank(1))) {
        assertThat(told.left())
            .containsExactlyInAnyOrder(table, "decoder.blocks.0.ffn.up.bias", norm);
        assertThat(told.modules())
            .extracting(Approximation::module)
            .containsExactly("decoder.blocks.1.ffn.up");
        assertThat(told.lostShare()).as("a constant has rank 1").isLessThan(1e-4);
      }
      DifferenceOptions all =
          new DifferenceOptions(1, Decomposition.EXACT, Targets.named("ffn.up"), true);
      try (Approximated copied = Difference.of(gpt2, tuned, all)) {
        assertThat(copied.left()).containsExactly(table);
        assertThat(copied.adapter().copies())
            .contains(norm, "decoder.blocks.0.ffn.up.bias", "decoder.blocks.1.ffn.up.bias")
            .noneMatch(name -> name.endsWith("up.weight"));
        PeftFolder.write(folder.resolve("copied"), gpt2, copied.adapter());
        try (Adapter again = PeftFolder.read(folder.resolve("copied"), gpt2)) {
          tuned.parameters().get(table).addInPlace(-0.1);
          assertThat(Forward.difference(logits(gpt2, again), logits(tuned))).isLessThan(1e-4);
        }
      }
    }
  }

  @Test
  void whatHasNoDifferenceIsRefused() {
    refuses(
        () -> Difference.of(gpt2, gpt2, DifferenceOptions.rank(1)),
        "No matrix differs that could be adapted");
    refuses(
        () -> Difference.of(gpt2, llama, DifferenceOptions.rank(1)),
        "The two models differ in more than weights");
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }
}
