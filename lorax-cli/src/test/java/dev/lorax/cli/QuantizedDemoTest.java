package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Targets;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Precision;
import dev.lorax.train.Batches;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What quantised weights cost the bundled model, on text that it was not trained on. */
class QuantizedDemoTest {
  private static final Path BASE = Path.of("..", "demo", "base");
  private static final int STEPS = 40;
  private static final int HELD_OUT = 64 * 64;

  @ParameterizedTest
  @CsvSource({"INT8, 0.002", "INT4, 0.03", "NF4, 0.03"})
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

  /** Every step's loss, in the mean, and that on text which was held out. */
  @ParameterizedTest
  @EnumSource
  void trainingOverItLearnsAsOverBfloat16(Precision precision) throws IOException {
    double[] plain;
    try (Checkpoint base = Checkpoint.open(BASE, DType.BF16)) {
      plain = curve(base);
    }
    try (Checkpoint base = Checkpoint.open(BASE, precision)) {
      double[] curve = curve(base);
      double off = 0;
      for (int i = 0; i < STEPS; i++) {
        off += Math.abs(curve[i] / plain[i] - 1) / STEPS;
      }
      System.out.printf(
          "%s: losses %.2f %% off, at the end %.4f instead of %.4f, held out %.4f instead of %.4f%n",
          precision, 100 * off, curve[STEPS - 1], plain[STEPS - 1], curve[STEPS], plain[STEPS]);
      assertThat(off).isBetween(1e-6, 0.02);
      assertThat(curve[STEPS] / plain[STEPS]).isBetween(0.98, 1.02);
      assertThat(curve[STEPS]).isLessThan(0.8 * curve[0]);
    }
  }

  /** The losses of the steps, and then of what was held out. */
  private static double[] curve(Checkpoint base) throws IOException {
    int[] ids = base.tokenizer().encode(Files.readString(BASE.resolveSibling("pirate-log.txt")));
    int[] seen = Arrays.copyOf(ids, ids.length - HELD_OUT);
    LoraConfig config = LoraConfig.builder().rank(8).alpha(16).targets(Targets.allLinear()).build();
    double[] losses = new double[STEPS + 1];
    try (Adapter adapter = Adapter.initial(dev.lorax.lora.Lorax.inject(base.graph(), config), 1);
        Trainer trainer =
            Trainer.of(base, adapter, Batches.windows(seen, 64).size(4))
                .steps(STEPS)
                .learningRate(2e-3)
                .seed(1)
                .build()) {
      for (Step step : trainer) {
        losses[(int) step.number() - 1] = step.loss();
      }
      int[] held = Arrays.copyOfRange(ids, ids.length - HELD_OUT, ids.length);
      losses[STEPS] = trainer.evaluate(Batches.windows(held, 64).size(4), 4).loss();
    }
    return losses;
  }

  @Test
  void theCommandTrainsOverNormalFloats(@TempDir Path folder) throws IOException {
    Lorax run =
        Lorax.run(
                "train",
                "--model",
                BASE,
                "--data",
                BASE.resolveSibling("pirate-log.txt"),
                "--out",
                folder.resolve("out"),
                "--dtype",
                "nf4",
                "--steps",
                2,
                "--window",
                32,
                "--sample",
                "",
                "--json")
            .ok();
    assertThat(run.json().get("dtype").asText()).isEqualTo("nf4");
    assertThat(run.err()).containsPattern("nf4, computed in (bf16|f32), as --dtype says");
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
