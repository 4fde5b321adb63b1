package dev.lorax.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.Checkpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TrainingRunTest {
  private static final Path GOLDEN =
      Path.of("..", "lorax-library", "src", "test", "resources", "golden", "gpt2-lora");

  @Test
  void whatWasLearnedIsNotLostWithTheLastSave() {
    Observer full =
        new Observer() {
          @Override
          public void ended() {
            throw new IllegalStateException("the disk is full");
          }
        };
    TrainingOptions options = new TrainingOptions();
    options.steps = 2L;
    options.window = 8;
    try (Checkpoint base = Checkpoint.open(GOLDEN)) {
      TextData text = TextData.of("text", new int[200], 0);
      Material material = TextMaterial.of(text, options, base.architecture().context());
      try (AdapterTraining training =
          new AdapterTraining(base, new LoraOptions().config(), material, options)) {
        History history = training.run(full, () -> false);
        assertThat(history.steps()).hasSize(2);
        assertThat(history.failure().orElseThrow()).hasMessage("the disk is full");
      }
    }
  }
}
