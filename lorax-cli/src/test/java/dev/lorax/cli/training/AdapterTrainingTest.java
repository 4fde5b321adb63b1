package dev.lorax.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.train.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdapterTrainingTest {
  private static final Path GOLDEN =
      Path.of("..", "lorax-library", "src", "test", "resources", "golden", "gpt2-lora");

  private static TextData text(int tokens, double heldOut) {
    int[] ids = IntStream.range(0, tokens).map(i -> i * i % 97).toArray();
    return TextData.of("text", ids, heldOut);
  }

  private static TrainingOptions options(long steps) {
    TrainingOptions options = new TrainingOptions();
    options.steps = steps;
    options.window = 8;
    return options;
  }

  private static TrainingOptions measured(long steps) {
    TrainingOptions options = options(steps);
    options.evalEvery = 2L;
    return options;
  }

  private static AdapterTraining training(Checkpoint base, TextData text, TrainingOptions options) {
    Material material = TextMaterial.of(text, options, base.architecture().context());
    return new AdapterTraining(base, new LoraOptions().config(), material, options);
  }

  @Test
  void measuresBeforeInBetweenAndAfter() {
    try (Checkpoint base = Checkpoint.open(GOLDEN);
        AdapterTraining training = training(base, text(200, 0.2), measured(5))) {
      History history = training.run(new Observer() {}, () -> false);
      assertThat(history.measures()).extracting(Measure::step).containsExactly(0L, 2L, 4L, 5L);
      assertThat(history.steps()).hasSize(5);
      assertThat(history.tokens()).isEqualTo(5 * 4 * 8);
      assertThat(history.after()).isPresent();
      assertThat(history.interrupted()).isFalse();
    }
  }

  @Test
  void stopsAfterTheStepInWhichItIsAskedTo() {
    List<Step> seen = new ArrayList<>();
    Observer counting =
        new Observer() {
          @Override
          public void stepped(Step step) {
            seen.add(step);
          }
        };
    try (Checkpoint base = Checkpoint.open(GOLDEN);
        AdapterTraining training = training(base, text(200, 0), options(50))) {
      History history = training.run(counting, () -> seen.size() == 3);
      assertThat(history.interrupted()).isTrue();
      assertThat(history.steps()).hasSize(3);
      assertThat(history.measures()).isEmpty();
    }
  }

  @Test
  void keepsWhatWasLearnedWhateverEndsTheRun() {
    Observer failing =
        new Observer() {
          @Override
          public void measured(Measure measure) {
            if (measure.step() == 4) {
              throw new IllegalStateException("no memory left");
            }
          }
        };
    try (Checkpoint base = Checkpoint.open(GOLDEN);
        AdapterTraining training = training(base, text(200, 0.2), measured(50))) {
      History history = training.run(failing, () -> false);
      assertThat(history.failure()).isPresent();
      assertThat(history.steps()).hasSize(4);
    }
  }

  @Test
  void settlesStepsFromEpochs() {
    TrainingOptions options = options(1);
    options.steps = null;
    options.epochs = 2.0;
    TrainingPlan plan = TrainingPlan.of(options, TextMaterial.of(text(801, 0), options, 64));
    assertThat(plan.perEpoch()).isEqualTo(100);
    assertThat(plan.steps()).isEqualTo(50);
    assertThat(plan.epochs()).isEqualTo(2);
    assertThat(plan.warmup()).isEqualTo(2);
  }

  @Test
  void measuresAShortHeldOutTextInOneShorterWindow() {
    HeldOut heldOut = HeldOut.of(new int[5], 64, 4).orElseThrow();
    assertThat(heldOut.samples()).isEqualTo(1);
    assertThat(heldOut.batches().batch(0).tokens()).hasSize(4);
    assertThat(HeldOut.of(new int[1], 64, 4)).isEmpty();
  }

  @Test
  void measuresTheSameWindowsWhateverTheBatchSize() {
    int[] text = IntStream.range(0, 100_000).toArray();
    HeldOut odd = HeldOut.of(text, 64, 7).orElseThrow();
    assertThat(odd.samples()).isEqualTo(100);
    assertThat(odd.sequences()).isEqualTo(HeldOut.of(text, 64, 4).orElseThrow().sequences());
  }
}
