package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.data.Example;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Targets;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples in one batch do not see each other, in any architecture. */
class PackedBatchTest {
  private static final int[] LENGTHS = {5, 17, 2, 40, 17, 33, 1, 16};

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt2-lora", "llama-lora-qkv", "mistral-lora", "qwen2-lora", "qwen3-lora"})
  void lossAndGradientsAreTheMeanOfThoseOfEachSampleByItsTokens(String fixture) {
    LoraConfig config = LoraConfig.builder().rank(2).targets(Targets.allLinear()).build();
    try (Scope scope = new Scope();
        Checkpoint base = Checkpoint.open(Fixture.named(fixture).folder());
        Adapter adapter = Adapter.initial(Lorax.inject(base.graph(), config), 1)) {
      try (Gradients off = Gradients.off()) {
        adapter.nodes().forEach(node -> adapter.b(node).addInPlace(0.02));
      }
      Model model =
          new Model(
              adapter.graph(), base.parameters().and(adapter.parameters()), adapter.parameters());
      Random random = new Random(1);
      List<Example> samples =
          IntStream.of(LENGTHS).mapToObj(length -> sample(length, random)).toList();
      check(model, samples);
    }
  }

  private static void check(Model model, List<Example> samples) {
    Batch packed = batch(samples);
    Map<String, Tensor> found = model.gradients(packed);
    double loss = 0;
    Map<String, double[]> wanted = null;
    for (Example sample : samples) {
      Batch alone = batch(List.of(sample));
      if (alone.supervised() > 0) {
        double share = (double) alone.supervised() / packed.supervised();
        loss += share * model.loss(alone);
        wanted = sum(wanted, model.gradients(alone), share);
      }
    }
    assertThat(model.loss(packed)).isCloseTo(loss, within(1e-6));
    Map<String, double[]> expected = wanted;
    found.forEach(
        (name, gradient) -> {
          double[] numbers = expected.get(name);
          double largest = Arrays.stream(numbers).map(Math::abs).max().orElseThrow();
          assertThat(largest).as(name).isPositive();
          assertThat(gradient.toDoubles())
              .as(name)
              .containsExactly(numbers, within(1e-6 * Math.max(1, largest)));
        });
  }

  private static Map<String, double[]> sum(
      Map<String, double[]> sum, Map<String, Tensor> gradients, double share) {
    Map<String, double[]> result = new TreeMap<>();
    gradients.forEach(
        (name, gradient) -> {
          double[] numbers = gradient.mul(share).toDoubles();
          for (int i = 0; sum != null && i < numbers.length; i++) {
            numbers[i] += sum.get(name)[i];
          }
          result.put(name, numbers);
        });
    return result;
  }

  private static Batch batch(List<Example> samples) {
    return ExampleBatches.Sequence.batch(
        samples.stream().map(sample -> new ExampleBatches.Sequence(0, sample)).toList());
  }

  private static Example sample(int length, Random random) {
    boolean[] supervised = new boolean[length];
    for (int i = 0; i < length; i++) {
      supervised[i] = random.nextBoolean();
    }
    return new Example(random.ints(length, 0, 64).toArray(), supervised);
  }

  /** A model under training. */
  private record Model(Graph graph, Parameters all, Parameters trained) {
    Map<String, Tensor> gradients(Batch batch) {
      return GradientProbe.of(graph, all, trained, batch);
    }

    double loss(Batch batch) {
      return Evaluation.of(graph, all, number -> batch, 1).loss();
    }
  }
}
