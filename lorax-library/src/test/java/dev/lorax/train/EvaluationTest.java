package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.graph.Parameters;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  @Test
  void eachSequenceHasTheLossThatItHasAlone() {
    Samples samples = Samples.ragged(11);
    HeldOutExamples together = HeldOutExamples.of(samples, 4, 11);
    HeldOutExamples alone = HeldOutExamples.of(samples, 1, 11);
    try (Run run = new Run()) {
      Parameters all = run.base.parameters().and(run.adapter.parameters());
      List<Evaluation> found = Evaluation.each(run.adapter.graph(), all, together, 3);
      assertThat(found).hasSize(11);
      for (int i = 0; i < 11; i++) {
        Batch batch = alone.batch(i);
        Evaluation wanted = Evaluation.of(run.adapter.graph(), all, number -> batch, 1);
        assertThat(found.get(i).loss()).isCloseTo(wanted.loss(), within(1e-6));
        assertThat(found.get(i).supervised()).isEqualTo(batch.supervised());
      }
      Evaluation whole = Evaluation.of(run.adapter.graph(), all, together, 3);
      assertThat(Evaluation.together(found)).isEqualTo(whole);
    }
  }

  /** Means of many draws scatter as the error of one draw says. */
  @Test
  void theStandardErrorIsTheScatterOfTheMean() {
    Random random = new Random(3);
    double[] means = new double[2000];
    double told = 0;
    for (int i = 0; i < means.length; i++) {
      List<Evaluation> draw =
          IntStream.range(0, 60)
              .mapToObj(j -> new Evaluation(2 + random.nextGaussian(), 1 + random.nextInt(50)))
              .toList();
      means[i] = Evaluation.together(draw).loss();
      told += Evaluation.standardError(draw) / means.length;
    }
    double mean = IntStream.range(0, means.length).mapToDouble(i -> means[i]).average().orElse(0);
    double squares = 0;
    for (double one : means) {
      squares += (one - mean) * (one - mean);
    }
    assertThat(told).isCloseTo(Math.sqrt(squares / means.length), within(0.01));
  }

  @Test
  void whatCannotBeToldIsNotToldWrong() {
    assertThat(Evaluation.standardError(List.of(new Evaluation(2, 10)))).isNaN();
    assertThatThrownBy(() -> Evaluation.together(List.of()))
        .hasMessage("No supervised token to evaluate on");
  }
}
