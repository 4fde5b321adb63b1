package dev.lorax.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledMaterialTest {
  private static final Path BERT =
      Path.of("..", "lorax-library/src/test/resources/golden/classifiers/bert-lora");

  @TempDir Path folder;

  @Test
  void ofAFileThatIsSortedByClassAllClassesAreMeasured() throws IOException {
    String line = "{\"text\": \"sea\", \"label\": \"%s\"}%n";
    String sorted = line.formatted("calm").repeat(1500) + line.formatted("storm").repeat(500);
    DataOptions data = new DataOptions();
    data.validation = Files.writeString(folder.resolve("sorted.jsonl"), sorted);
    data.files.add(new WeightedFile(data.validation, 1));
    try (Checkpoint base = Checkpoint.open(BERT);
        Material material = data.open(base, new TrainingOptions())) {
      HeldOut heldOut = material.heldOut(1000).orElseThrow();
      int[] targets = heldOut.batches().batch(0).targets();
      assertThat(heldOut.batches().batch(0).supervised()).isEqualTo(1000);
      assertThat(Arrays.stream(targets).filter(target -> target == 2).count())
          .isBetween(200L, 300L);
    }
  }
}
