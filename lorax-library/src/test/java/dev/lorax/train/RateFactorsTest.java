package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.LoraPlus;
import dev.lorax.tensor.CrossEntropy;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning rates that differ among parameters. */
class RateFactorsTest {
  private static final Windows WINDOWS = Batches.windows(Run.text(400), 6);

  private static final TrainingOptions DECAYING =
      new TrainingOptions(
          5, 1, Schedule.CONSTANT, 0, 0.1, 0.9, 0.999, 1e-8, 0, 1, CrossEntropy.PLAIN, 0);

  @Test
  void twoGroupsLearnAsPyTorchsDo() {
    JsonNode golden = TrainJson.read("adamw_two_groups");
    try (Parameters trained = start(golden);
        FlatParameters flat = new FlatParameters(trained, new LoraPlus(16));
        AdamW optimizer = new AdamW(flat, DECAYING)) {
      for (JsonNode step : golden.get("steps")) {
        write(step.get("gradients"), flat.slices());
        optimizer.step(step.get("rate").doubleValue());
        requireValues(trained, step.get("values"));
      }
      assertThat(flat.groups()).hasSize(2);
    }
  }

  private static Parameters start(JsonNode golden) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      JsonNode shapes = golden.get("shapes");
      for (String name : (Iterable<String>) shapes::fieldNames) {
        long[] shape = TrainJson.longs(shapes.get(name));
        Tensor first = TrainJson.floats(golden.get("start").get(name), shape);
        values.put(name, scope.release(first));
      }
    }
    return Parameters.of(values);
  }

  private static void write(JsonNode gradients, Map<String, Tensor> slices) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      slices.forEach(
          (name, slice) ->
              slice.copyInPlace(TrainJson.floats(gradients.get(name), slice.shape().toArray())));
    }
  }

  private static void requireValues(Parameters found, JsonNode wanted) {
    found
        .asMap()
        .forEach(
            (name, value) -> {
              double[] numbers = TrainJson.doubles(wanted.get(name));
              double[] own = value.toDoubles();
              for (int i = 0; i < numbers.length; i++) {
                assertThat(own[i]).as(name).isCloseTo(numbers[i], within(2e-7));
              }
            });
  }

  /** Adam's first step moves every number by its own rate, towards the sign of its gradient. */
  @Test
  void inTheFirstStepBMovesSoManyTimesAsFarAsA() {
    Batch batch = WINDOWS.size(4).batch(0);
    try (Run run = new Run()) {
      Map<String, float[]> before = run.values();
      run.train(number -> batch, t -> t.steps(1).clip(0).rateFactors(new LoraPlus(4)));
      run.values()
          .forEach(
              (name, now) -> {
                double wanted = name.endsWith(".b") ? 4e-3 : 1e-3;
                for (int i = 0; i < now.length; i++) {
                  double moved = Math.abs(now[i] - before.get(name)[i]);
                  assertThat(moved).as(name).isCloseTo(wanted, within(1e-3 * wanted));
                }
              });
    }
  }

  @Test
  void factorsOfOneAreNoFactors() {
    try (Run plain = new Run(0.2).train(WINDOWS, t -> t.steps(4).weightDecay(0.1));
        Run ones =
            new Run(0.2)
                .train(WINDOWS, t -> t.steps(4).weightDecay(0.1).rateFactors(new LoraPlus(1)));
        Run half =
            new Run(0.2)
                .train(
                    WINDOWS,
                    t -> t.steps(4).weightDecay(0.1).learningRate(2e-3).rateFactors(n -> 0.5))) {
      plain
          .values()
          .forEach(
              (name, values) -> {
                assertThat(ones.values().get(name)).as(name).isEqualTo(values);
                assertThat(half.values().get(name)).as(name).isEqualTo(values);
              });
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aFactorMustBePositive(double factor) {
    assertThatThrownBy(() -> new LoraPlus(factor)).hasMessageContaining("positive and finite");
    try (Run run = new Run()) {
      assertThatThrownBy(() -> run.trainer(WINDOWS, t -> t.rateFactors(name -> factor)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching(
              "The factor on the learning rate of decoder.* must be positive and finite, not .*");
      run.train(WINDOWS, t -> t.steps(1)); // nothing had been moved
    }
  }
}
