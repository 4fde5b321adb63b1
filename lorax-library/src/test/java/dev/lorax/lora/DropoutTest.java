package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.StubCall;
import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.op.Multiply;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Dropout of the adapter's input: random in training, reproducible, off at inference. */
class DropoutTest {
  private static final OptionalLong RUNS = OptionalLong.empty();
  private static final OptionalLong OWN = OptionalLong.of(7);

  @Test
  void theMaskChangesAtEveryStep() {
    assertThat(mask(RUNS, Mode.training(1, 1))).isNotEqualTo(mask(RUNS, Mode.training(1, 0)));
    assertThat(mask(OWN, Mode.training(1, 1))).isNotEqualTo(mask(OWN, Mode.training(1, 0)));
  }

  @Test
  void theSameSeedAndStepGiveTheSameMask() {
    assertThat(mask(RUNS, Mode.training(1, 4))).isEqualTo(mask(RUNS, Mode.training(1, 4)));
    assertThat(mask(RUNS, Mode.training(2, 4))).isNotEqualTo(mask(RUNS, Mode.training(1, 4)));
  }

  @Test
  void theConfigurationsOwnSeedWinsOverTheRuns() {
    assertThat(mask(OWN, Mode.training(2, 4))).isEqualTo(mask(OWN, Mode.training(1, 4)));
    assertThat(mask(OWN, Mode.training(1, 4))).isNotEqualTo(mask(RUNS, Mode.training(1, 4)));
  }

  @Test
  void nothingIsDroppedAtInference() {
    assertThat(mask(RUNS, Mode.inference())).containsOnly(1);
    assertThat(mask(OWN, Mode.inference())).containsOnly(1);
  }

  @Test
  void aQuarterIsDroppedAndTheRestGrowsSoThatTheMeanStays() {
    float[] mask = mask(RUNS, Mode.training(1, 0));
    long dropped = IntStream.range(0, mask.length).filter(i -> mask[i] == 0).count();
    assertThat((double) dropped / mask.length).isEqualTo(0.25, within(0.02));
    double sum = IntStream.range(0, mask.length).mapToDouble(i -> mask[i]).sum();
    assertThat(sum / mask.length).isEqualTo(1, within(0.02));
    for (float value : mask) {
      assertThat(value == 0 || Math.abs(value - 4f / 3) < 1e-6).isTrue();
    }
  }

  @Test
  void insideAModelTheMaskFollowsTheStepAndTheRunsSeed() {
    float[] first = logits(0.5, Mode.training(1, 0));
    assertThat(logits(0.5, Mode.training(1, 0))).isEqualTo(first);
    assertThat(logits(0.5, Mode.training(1, 1))).isNotEqualTo(first);
    assertThat(logits(0.5, Mode.training(2, 0))).isNotEqualTo(first);
    assertThat(logits(0.5, Mode.inference())).isEqualTo(logits(0, Mode.training(1, 0)));
  }

  @Test
  void twoNodesDropDifferently() {
    GraphBuilder builder = new GraphBuilder();
    int x = builder.add("x", new Embedding(29, 8), builder.add("tokens", Input.TOKENS));
    int left = builder.add("query", new Dense(8, 8, false), x);
    int right = builder.add("value", new Dense(8, 8, false, Optional.of("query.weight")), x);
    int product = builder.add("product", new Multiply(), left, right);
    Graph injected = Lorax.inject(builder.build(product), config(0.5));
    try (Parameters all = Forward.filled(injected, DType.F32, 1)) {
      all.get("value.lora.a").copyInPlace(all.get("query.lora.a"));
      all.get("value.lora.b").copyInPlace(all.get("query.lora.b"));
      float[] equal = Forward.logits(injected, all, 1, 2, 3);
      float[] masked = Forward.logits(injected, all, Mode.training(1, 0), 1, 2, 3);
      assertThat(least(equal)).isNotNegative(); // both sides equal: squares
      assertThat(least(masked)).isNegative();
    }
  }

  private static double least(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).min().orElseThrow();
  }

  /** The factors on 8,192 numbers that all are 1, seen through A = B = the identity. */
  private static float[] mask(OptionalLong seed, Mode mode) {
    Dense target = new Dense(4, 4, false);
    Lora lora =
        new Lora(
            target, 4, Scaling.of(4), new Dropout(0.25, seed), Start.KAIMING, Optional.empty());
    try (Scope scope = new Scope()) {
      float[] ones = new float[8192];
      Arrays.fill(ones, 1);
      float[] eye = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
      Tensor x = Tensor.of(ones, 2048, 4);
      Tensor wx = Tensor.zeros(DType.F32, 2048, 4);
      Map<String, Tensor> parameters = Map.of("a", Tensor.of(eye, 4, 4), "b", Tensor.of(eye, 4, 4));
      Sequences sequences = Sequences.of(2048);
      return lora.apply(new StubCall(List.of(wx, x), parameters, Map.of(), sequences, mode))
          .toFloats();
    }
  }

  private static LoraConfig config(double dropout) {
    return LoraConfig.builder().rank(2).dropout(dropout).build();
  }

  private static float[] logits(double dropout, Mode mode) {
    Graph injected = Lorax.inject(Models.gpt2().graph(), config(dropout));
    try (Parameters all = Forward.filled(injected, DType.F32, 1)) {
      return Forward.logits(injected, all, mode, 3, 1, 4, 1, 5);
    }
  }
}
