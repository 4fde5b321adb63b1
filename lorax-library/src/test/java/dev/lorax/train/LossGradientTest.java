package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Targets;
import dev.lorax.model.Architecture;
import dev.lorax.model.Qwen3;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient of the whole loss equals its slope, for every parameter of a model with adapters.
 */
class LossGradientTest {
  private static final double STEP = 1e-5;

  /** Two sequences of different lengths, some rows masked. */
  private static final Batch BATCH =
      new Batch(
          new int[] {3, 1, 4, 1, 5, 9, 2},
          new int[] {1, -100, 1, 5, 9, -100, 6},
          Sequences.of(5, 2));

  static Stream<Architecture> models() {
    List<OptionalInt> windows = List.of(OptionalInt.of(2), OptionalInt.empty());
    return Stream.of(
        Models.gpt2(),
        Models.llama(),
        new Qwen3(Models.dimensions(2, 4, 2, 4, true), true, windows));
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyParameterHasTheSlopeOfTheLoss(Architecture model) {
    LoraConfig config = LoraConfig.builder().rank(2).targets(Targets.allLinear()).build();
    Graph graph = Lorax.inject(model.graph(), config);
    Random random = new Random(1);
    try (Scope scope = new Scope();
        Parameters all = Forward.filled(graph, DType.F64, 3)) {
      Map<String, Tensor> gradients = GradientProbe.of(graph, all, all, BATCH);
      assertThat(gradients).hasSize(graph.parameters().size());
      gradients.forEach(
          (name, gradient) -> {
            int place = random.nextInt((int) gradient.shape().size());
            assertThat(slope(graph, all, name, place))
                .as(name)
                .isCloseTo(gradient.toDoubles()[place], within(1e-6));
          });
    }
  }

  private static double slope(Graph graph, Parameters all, String name, int place) {
    double above = moved(graph, all, name, place, STEP);
    return (above - moved(graph, all, name, place, -STEP)) / (2 * STEP);
  }

  private static double moved(Graph graph, Parameters all, String name, int place, double by) {
    try (Scope scope = new Scope()) {
      Tensor value = all.get(name);
      double[] numbers = value.toDoubles();
      numbers[place] += by;
      Tensor other = Tensor.of(numbers, value.shape().toArray());
      Parameters near = all.and(Parameters.of(Map.of(name, other)));
      return Evaluation.of(graph, near, number -> BATCH, 1).loss();
    }
  }
}
