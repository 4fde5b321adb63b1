package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.tensor.Precision;
import dev.lorax.train.Batches;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Trainer;
import dev.lorax.train.TrainerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What quantised weights cost the bundled model, on text that it was not trained on. */
class QuantizedDemoTest {
  private static final Path BASE = Path.of("..", "demo", "base");

  @ParameterizedTest
  @CsvSource({"INT8, 0.002", "INT4, 0.03"})
  void theLossGrowsByLittle(Precision precision, double share) throws IOException {
    double plain;
    try (Checkpoint base = Checkpoint.open(BASE)) {
      plain = loss(base);
    }
    try (Checkpoint base = Checkpoint.open(BASE, precision)) {
      double loss = loss(base);
      System.out.printf("%s: loss %.5f instead of %.5f%n", precision, loss, plain);
      assertThat(Math.abs(loss / plain - 1)).isLessThan(share);
      assertThat(loss).isNotEqualTo(plain);
    }
  }

  @Test
  void trainingOverItIsRefusedBeforeTheFirstStep() {
    try (Checkpoint base = Checkpoint.open(BASE, Precision.INT8);
        Adapter adapter =
            Adapter.initial(
                dev.lorax.lora.Lorax.inject(base.graph(), LoraConfig.builder().build()), 1)) {
      TrainerBuilder builder =
          Trainer.of(base, adapter, Batches.windows(new int[100], 10).size(1)).steps(1);
      assertThatThrownBy(builder::build)
          .hasMessageContaining("is kept as int8, which serves generating text alone");
    }
  }

  @Test
  void theCommandGeneratesWithFourBits() {
    Lorax.run(
            "generate",
            "--model",
            BASE,
            "--dtype",
            "int4",
            "--prompt",
            "The ",
            "-n",
            5,
            "--temperature",
            0)
        .ok();
  }

  private static double loss(Checkpoint base) throws IOException {
    int[] ids = base.tokenizer().encode(Files.readString(BASE.resolveSibling("pirate-log.txt")));
    int[] held = Arrays.copyOfRange(ids, ids.length - 64 * 64, ids.length);
    return Evaluation.of(base.graph(), base.parameters(), Batches.windows(held, 64).size(4), 8)
        .loss();
  }
}
