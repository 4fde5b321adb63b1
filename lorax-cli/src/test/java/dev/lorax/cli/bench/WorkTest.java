package dev.lorax.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WorkTest {
  private static final Path GOLDEN =
      Path.of("..", "lorax-library", "src", "test", "resources", "golden");

  private static Work work(String name, WeightType type) {
    try (Subject subject = Subject.ofShape(GOLDEN.resolve(name).resolve("config.json"), type)) {
      return Work.of(subject);
    }
  }

  @Test
  void aTiedHeadMultipliesThoughItsTableIsTheEmbeddings() {
    long body = 2 * 12L * 32 * 32; // two blocks of attention 4 d² and feed-forward 8 d²
    assertThat(work("gpt2-lora", WeightType.F32))
        .isEqualTo(new Work(body, 97 * 32, 4 * (body + 97 * 32)));
  }

  @Test
  void sharedKeyValueHeadsAndTheGateCountAsTheyAre() {
    Work work = work("llama-lora-qkv", WeightType.BF16);
    assertThat(work.body()).isEqualTo(2 * (2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 64L));
    assertThat(work.head()).isEqualTo(97 * 32);
    assertThat(work.bytes()).isEqualTo(2 * work.numbers());
  }

  @Test
  void trainingMultipliesTwiceAndAPromptsHeadOnce() {
    Work work = new Work(100, 10, 0);
    assertThat(work.trainingFlop(7)).isEqualTo(4 * 110 * 7);
    assertThat(work.inferenceFlop(7, 1)).isEqualTo(2 * 100 * 7 + 2 * 10);
  }
}
