package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.run.Session;
import dev.lorax.tensor.CrossEntropy;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The smoothed loss is that of transformers' LabelSmoother. */
class LabelSmoothingTest {
  private static final Windows WINDOWS = Batches.windows(Run.text(400), 6);
  private static final Batch BATCH =
      new Batch(
          new int[] {3, 1, 4, 1, 5, 9, 2},
          new int[] {1, -100, 1, 5, 9, -100, 6},
          Sequences.of(5, 2));

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "BF16"})
  void lossAndSlopeAreThoseOfTransformers(DType type) {
    JsonNode golden = TrainJson.read("label_smoothing");
    int width = golden.get("vocabulary").intValue();
    double[] logits = TrainJson.doubles(golden.get("logits"));
    long[] labels = TrainJson.longs(golden.get("labels"));
    long[] targets = Arrays.stream(labels).filter(label -> label != Batch.IGNORED).toArray();
    for (JsonNode wanted : golden.get("cases")) {
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        Tensor all = Tensor.of(logits, labels.length, width).to(type);
        Tensor supervised = all.rows(rowsOf(labels));
        double factor = 1.0 / targets.length;
        CrossEntropy smoothed = new CrossEntropy(wanted.get("epsilon").doubleValue());
        Loss loss = new Loss(targets, factor, smoothed);
        double value = loss.value(supervised, 0);
        assertThat(loss.slope(supervised, 0)).isCloseTo(value, within(1e-6));
        assertThat(value).isCloseTo(wanted.get("loss").doubleValue(), within(most(type)));
        requireSlope(supervised, wanted.get("gradient"), labels, most(type));
      }
    }
  }

  /** Theirs sums over words in float32, always; a bfloat16 logit of 8 is off by up to 1/64. */
  private static double most(DType type) {
    return switch (type) {
      case F64 -> 1e-6;
      case F32 -> 2e-6;
      default -> 5e-3;
    };
  }

  private static Tensor rowsOf(long[] labels) {
    long[] rows =
        IntStream.range(0, labels.length)
            .filter(i -> labels[i] != Batch.IGNORED)
            .asLongStream()
            .toArray();
    return Tensor.of(rows, rows.length);
  }

  private static void requireSlope(Tensor found, JsonNode wanted, long[] labels, double most) {
    double[] all = TrainJson.doubles(wanted);
    double[] own = found.toDoubles();
    int width = all.length / labels.length;
    int at = 0;
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] != Batch.IGNORED) {
        for (int i = 0; i < width; i++) {
          assertThat(own[at++]).isCloseTo(all[row * width + i], within(most));
        }
      }
    }
    assertThat(at).isEqualTo(own.length);
  }

  @Test
  void partsOfTheRowsAddUpToAll() {
    long[] targets = {4, 0, 8, 8, 3};
    Loss loss = new Loss(targets, 0.2, new CrossEntropy(0.1));
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor whole = Tensor.normal(DType.F32, 2, 1, 5, 9);
      Tensor first = whole.narrow(0, 0, 2).copy();
      Tensor second = whole.narrow(0, 2, 3).copy();
      double parts = loss.slope(first, 0) + loss.slope(second, 2);
      assertThat(loss.slope(whole, 0)).isCloseTo(parts, within(1e-6));
      assertThat(Tensor.cat(0, first, second).toFloats()).isEqualTo(whole.toFloats());
    }
  }

  @Test
  void everyParameterOfAModelHasTheSlopeOfTheSmoothedLoss() {
    Graph graph = Models.gpt2().graph();
    Loss loss = Loss.of(BATCH, 1.0 / BATCH.supervised(), new CrossEntropy(0.2));
    try (Scope scope = new Scope();
        Parameters all = Forward.filled(graph, DType.F64, 3)) {
      Map<String, Tensor> gradients = GradientProbe.of(graph, all, all, BATCH, loss);
      gradients.forEach(
          (name, gradient) -> {
            int place = (int) gradient.shape().size() / 2;
            double above = moved(graph, all, name, place, loss, 1e-5);
            double below = moved(graph, all, name, place, loss, -1e-5);
            assertThat((above - below) / 2e-5)
                .as(name)
                .isCloseTo(gradient.toDoubles()[place], within(1e-6));
          });
    }
  }

  private static double moved(
      Graph graph, Parameters all, String name, int place, Loss loss, double by) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      double[] numbers = all.get(name).toDoubles();
      numbers[place] += by;
      Tensor other = Tensor.of(numbers, all.get(name).shape().toArray());
      Parameters near = all.and(Parameters.of(Map.of(name, other)));
      return new Session(graph, near).sum(Loss.pass(BATCH, Mode.inference()), loss);
    }
  }

  @Test
  void stepsTellTheSmoothedLossAndEvaluationThePlainOne() {
    Batches batches = number -> BATCH;
    try (Run run = new Run();
        Trainer plain = run.trainer(batches, t -> t)) {
      double before = plain.evaluate(batches, 1).loss();
      plain.close();
      try (Trainer smoothed = run.trainer(batches, t -> t.labelSmoothing(0.3))) {
        assertThat(smoothed.evaluate(batches, 1).loss()).isEqualTo(before);
        assertThat(smoothed.iterator().next().loss()).isGreaterThan(before + 0.01);
      }
    }
  }

  @Test
  void noSmoothingIsThePlainLossBitForBit() {
    try (Run plain = new Run(0.1).train(WINDOWS, t -> t.steps(3));
        Run none = new Run(0.1).train(WINDOWS, t -> t.steps(3).labelSmoothing(0))) {
      assertThat(none.losses()).isEqualTo(plain.losses());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void aShareOutsideItsRangeIsAnError(double share) {
    try (Run run = new Run()) {
      assertThatThrownBy(() -> run.trainer(WINDOWS, t -> t.labelSmoothing(share)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The label smoothing must be at least 0 and below 1, not " + share);
    }
  }
}
