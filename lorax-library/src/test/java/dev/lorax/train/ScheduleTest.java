package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Learning rates equal those of transformers' get_scheduler. */
class ScheduleTest {
  @ParameterizedTest
  @CsvSource({
    "constant, constant, 0",
    "constant_with_warmup, constant, 5",
    "linear, linear, 5",
    "cosine, cosine, 5"
  })
  void everyStepHasTheRateOfTransformers(String theirs, String ours, int warmup)
      throws IOException {
    JsonNode golden =
        new ObjectMapper().readTree(getClass().getResourceAsStream("/train/lr_schedules.json"));
    JsonNode rates = golden.get("schedules").get(theirs);
    double peak = golden.get("lr").doubleValue();
    int steps = golden.get("num_training_steps").intValue();
    assertThat(rates).hasSize(steps);
    for (int i = 0; i < steps; i++) {
      assertThat(peak * Schedule.named(ours).factor(i, warmup, steps))
          .as("step %d", i)
          .isCloseTo(rates.get(i).doubleValue(), within(1e-12));
    }
  }

  @Test
  void theTrainerFollowsItsSchedule() {
    Batches batches = Batches.windows(Run.text(50), 4);
    try (Run run = new Run().train(batches, t -> t.steps(6).warmup(2).schedule(Schedule.COSINE))) {
      for (int i = 0; i < 6; i++) {
        assertThat(run.steps.get(i).learningRate())
            .isEqualTo(1e-3 * Schedule.COSINE.factor(i, 2, 6));
      }
    }
  }

  @Test
  void aWarmUpAsLongAsTheRunAndStepsBeyondItStayInRange() {
    for (Schedule schedule : Schedule.values()) {
      assertThat(schedule.factor(2, 3, 3)).isCloseTo(2.0 / 3, within(1e-12));
      assertThat(schedule.factor(99, 3, 10)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void anUnknownNameIsAnErrorThatListsTheKnown() {
    assertThat(Schedule.named("Cosine")).isEqualTo(Schedule.COSINE).hasToString("cosine");
    assertThatThrownBy(() -> Schedule.named("cosin"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Unknown schedule 'cosin': known are constant, linear, cosine");
  }
}
