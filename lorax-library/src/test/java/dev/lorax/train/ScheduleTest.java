package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning rates equal those of transformers' get_scheduler. */
class ScheduleTest {
  static Iterable<String> names() {
    return () -> TrainJson.read("lr_schedules").get("schedules").fieldNames();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyStepHasTheRateOfTransformers(String name) {
    JsonNode golden = TrainJson.read("lr_schedules");
    // transformers' constant is the one that ignores a warm-up
    int warmup = name.equals("constant") ? 0 : golden.get("num_warmup_steps").intValue();
    double peak = golden.get("lr").doubleValue();
    int steps = golden.get("num_training_steps").intValue();
    JsonNode rates = golden.get("schedules").get(name);
    assertThat(rates).hasSize(steps);
    requireRates(Schedule.named(name), rates, peak, warmup, steps);
  }

  static Iterable<JsonNode> numbered() {
    return TrainJson.read("lr_schedules_with_numbers");
  }

  @ParameterizedTest
  @MethodSource("numbered")
  void theNumbersOfASchedulesDefinitionAreThoseOfTransformers(JsonNode golden) {
    JsonNode number = golden.get("number");
    Schedule schedule =
        switch (golden.get("schedule").textValue()) {
          case "cosine_with_restarts" -> Schedule.cosineWithRestarts(number.intValue());
          case "polynomial" -> Schedule.polynomial(number.doubleValue());
          default -> Schedule.INVERSE_SQRT;
        };
    JsonNode rates = golden.get("rates");
    int steps = golden.get("steps").intValue();
    assertThat(rates).hasSizeGreaterThan(steps); // beyond the end too
    requireRates(
        schedule, rates, golden.get("peak").doubleValue(), golden.get("warmup").intValue(), steps);
  }

  private static void requireRates(
      Schedule schedule, JsonNode rates, double peak, int warmup, int steps) {
    for (int i = 0; i < rates.size(); i++) {
      double wanted = rates.get(i).doubleValue();
      assertThat(schedule.rate(peak, i, warmup, steps))
          .as("step %d", i)
          .isCloseTo(wanted, within(1e-12 * wanted));
    }
  }

  @Test
  void theTrainerFollowsItsSchedule() {
    Batches batches = Batches.windows(Run.text(50), 4);
    try (Run run = new Run().train(batches, t -> t.steps(6).warmup(2).schedule(Schedule.COSINE))) {
      for (int i = 0; i < 6; i++) {
        assertThat(run.steps.get(i).learningRate()).isEqualTo(Schedule.COSINE.rate(1e-3, i, 2, 6));
      }
    }
  }

  @Test
  void aWarmUpAsLongAsTheRunAndStepsBeyondItStayInRange() {
    for (Schedule schedule : Schedule.known()) {
      assertThat(schedule.rate(1, 2, 3, 3)).isCloseTo(2.0 / 3, within(1e-12));
      assertThat(schedule.rate(1, 99, 3, 10)).isBetween(0.0, 1.0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosine_with_restarts", "cosine-with-restarts", "Cosine_With-RESTARTS"})
  void namesMayBeWrittenEitherWay(String name) {
    assertThat(Schedule.named(name))
        .isSameAs(Schedule.COSINE_WITH_RESTARTS)
        .hasToString("cosine_with_restarts");
  }

  @Test
  void anUnknownNameIsAnErrorThatListsTheKnown() {
    assertThatThrownBy(() -> Schedule.named("cosin"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Unknown schedule 'cosin': known are constant, linear, cosine, cosine_with_restarts,"
                + " polynomial, inverse_sqrt");
  }

  @Test
  void numbersThatGiveNoCurveAreRefused() {
    assertThatThrownBy(() -> Schedule.cosineWithRestarts(0)).hasMessageContaining("1 cycle, not 0");
    assertThatThrownBy(() -> Schedule.polynomial(0)).hasMessageContaining("positive");
    assertThatThrownBy(() -> Schedule.polynomial(Double.NaN)).hasMessageContaining("not NaN");
  }
}
