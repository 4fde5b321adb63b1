package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.demo.Storyteller;
import dev.lorax.graph.Sequences;
import dev.lorax.run.KvCache;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.train.Batches;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Windows;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the form of the weights costs where the bundled model is good: on stories like those it was
 * trained on, told from another seed.
 */
class QuantizedPerplexityTest {
  private static final Path BASE = Path.of("..", "demo", "base");
  private static final int WINDOW = 256;
  private static final int BATCH = 8;

  /**
   * What one form of the weights gives.
   *
   * @param whole perplexity of whole windows
   * @param stepped of the first windows, one token of each at a time, as text is generated
   * @param divergence mean Kullback-Leibler divergence of these steps from those in f32, in nats:
   *     faults that leave the perplexity of a text as it is show in it
   */
  private record Measured(double whole, double stepped, double divergence) {}

  private static final Map<String, Measured> MEASURED = new LinkedHashMap<>();

  @BeforeAll
  static void measure() {
    double[][] exact = measure("f32", Checkpoint.open(BASE, DType.F32), null);
    measure("bf16", Checkpoint.open(BASE, DType.BF16), exact);
    measure("int8", Checkpoint.open(BASE, Precision.INT8), exact);
    measure("int4", Checkpoint.open(BASE, Precision.INT4), exact);
    MEASURED.forEach((form, measured) -> System.out.println(form + ": " + measured));
  }

  private static double[][] measure(String form, Checkpoint opened, double[][] exact) {
    try (Checkpoint base = opened) {
      int[] tokens = base.tokenizer().encode(Storyteller.corpus(2, 80_000));
      Windows windows = Batches.windows(tokens, WINDOW).consecutive().size(BATCH);
      double whole =
          Evaluation.of(base.graph(), base.parameters(), windows, windows.count() / BATCH)
              .perplexity();
      double[][] steps = steps(base, tokens);
      double loss = 0;
      double divergence = 0;
      for (int row = 0; row < steps.length; row++) {
        loss -= steps[row][tokens[row % BATCH * WINDOW + row / BATCH + 1]];
        divergence += exact == null ? 0 : divergence(exact[row], steps[row]);
      }
      double stepped = Math.exp(loss / steps.length);
      MEASURED.put(form, new Measured(whole, stepped, divergence / steps.length));
      return steps;
    }
  }

  /** Logarithms of the probabilities after each token of the first windows, side by side. */
  private static double[][] steps(Checkpoint base, int[] tokens) {
    Session session = new Session(base.graph(), base.parameters());
    int[] all = IntStream.range(0, BATCH).toArray();
    double[][] result = new double[WINDOW * BATCH][];
    try (Gradients off = Gradients.off();
        KvCache cache = new KvCache(BATCH, WINDOW)) {
      for (int i = 0; i < WINDOW; i++) {
        try (Scope scope = new Scope()) {
          Pass step =
              Pass.of(column(tokens, i), Sequences.of(IntStream.of(all).map(s -> 1).toArray()))
                  .after(cache.select(all));
          float[] logits = session.run(step, scope).to(DType.F32).toFloats();
          int width = logits.length / BATCH;
          for (int window : all) {
            result[i * BATCH + window] = logProbabilities(logits, window * width, width);
          }
        }
      }
    }
    return result;
  }

  private static double[] logProbabilities(float[] logits, int from, int width) {
    double[] row = IntStream.range(from, from + width).mapToDouble(i -> logits[i]).toArray();
    double largest = Arrays.stream(row).max().orElseThrow();
    double sum = Arrays.stream(row).map(value -> Math.exp(value - largest)).sum();
    return Arrays.stream(row).map(value -> value - largest - Math.log(sum)).toArray();
  }

  private static double divergence(double[] exact, double[] other) {
    return IntStream.range(0, exact.length)
        .mapToDouble(i -> Math.exp(exact[i]) * (exact[i] - other[i]))
        .sum();
  }

  private static int[] column(int[] tokens, int place) {
    return IntStream.range(0, BATCH).map(window -> tokens[window * WINDOW + place]).toArray();
  }

  @Test
  void theTextIsOneThatTheModelPredictsWell() {
    assertThat(MEASURED.get("f32").whole()).isLessThan(1.6);
  }

  @ParameterizedTest
  @CsvSource({"bf16, 0.0005", "int8, 0.001", "int4, 0.015"})
  void perplexityGrowsByTwiceWhatWasMeasuredAtMost(String form, double share) {
    Measured exact = MEASURED.get("f32");
    Measured rounded = MEASURED.get(form);
    assertThat(rounded.whole()).isNotEqualTo(exact.whole());
    assertThat(Math.abs(rounded.whole() / exact.whole() - 1)).isLessThan(share);
    assertThat(Math.abs(rounded.stepped() / exact.stepped() - 1)).isLessThan(share);
  }

  @ParameterizedTest
  @CsvSource({"bf16, 6e-5", "int8, 7.2e-5", "int4, 0.011"})
  void eachStepIsCloseToThatInFloats(String form, double nats) {
    assertThat(MEASURED.get(form).divergence()).isBetween(0.0, nats);
  }

  @Test
  void fourBitsCostMoreThanEight() {
    Measured eight = MEASURED.get("int8");
    Measured four = MEASURED.get("int4");
    assertThat(four.whole()).isGreaterThan(eight.whole());
    assertThat(four.stepped()).isGreaterThan(eight.stepped());
    assertThat(four.divergence()).isGreaterThan(10 * eight.divergence());
  }
}
