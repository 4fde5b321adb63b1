package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {
  private static final Windows WINDOWS = Batches.windows(Run.text(400), 6);

  @ParameterizedTest
  @CsvSource({"1, 8", "2, 4", "4, 2"})
  void accumulatedBatchesEqualOneLargeBatch(int size, int accumulation) {
    try (Run whole = new Run().train(WINDOWS.consecutive().size(8), t -> t.steps(4));
        Run parts =
            new Run()
                .train(
                    WINDOWS.consecutive().size(size), t -> t.steps(4).accumulation(accumulation))) {
      for (int i = 0; i < 4; i++) {
        Step wanted = whole.steps.get(i);
        Step found = parts.steps.get(i);
        assertThat(found.loss()).isCloseTo(wanted.loss(), within(1e-6));
        assertThat(found.gradientNorm()).isCloseTo(wanted.gradientNorm(), within(1e-6));
        assertThat(found.tokens()).isEqualTo(wanted.tokens()).isEqualTo(48);
        assertThat(found.supervised()).isEqualTo(wanted.supervised()).isEqualTo(48);
      }
      requireClose(parts.values(), whole.values(), 1e-6);
    }
  }

  @Test
  void everyTokenCountsTheSameWhicheverMicroBatchItIsIn() {
    Batch many = new Batch(new int[] {1, 2, 3, 4}, new int[] {2, 3, 4, 5}, Sequences.of(4));
    Batch few = new Batch(new int[] {9, 8, 7}, new int[] {-100, -100, 6}, Sequences.of(3));
    Batch both =
        new Batch(
            new int[] {1, 2, 3, 4, 9, 8, 7},
            new int[] {2, 3, 4, 5, -100, -100, 6},
            Sequences.of(4, 3));
    try (Run whole = new Run().train(number -> both, t -> t.steps(3));
        Run parts =
            new Run()
                .train(number -> number % 2 == 0 ? many : few, t -> t.steps(3).accumulation(2))) {
      assertThat(parts.steps.get(0).loss()).isCloseTo(whole.steps.get(0).loss(), within(1e-6));
      assertThat(parts.steps.get(0).supervised()).isEqualTo(5);
      requireClose(parts.values(), whole.values(), 1e-6);
    }
  }

  /** Eight sequences of other lengths and masks: the gradients are those of one batch of eight. */
  @ParameterizedTest
  @CsvSource({"1, 8", "2, 4", "4, 2"})
  void raggedMaskedSequencesGiveOneGradientHoweverTheyAreBatched(int size, int accumulation) {
    try (Run whole = new Run();
        Run parts = new Run();
        Trainer one = whole.trainer(number -> ragged(0, 8), t -> t.steps(1).clip(0));
        Trainer many =
            parts.trainer(
                number -> ragged(size * (int) number, size),
                t -> t.steps(1).clip(0).accumulation(accumulation))) {
      Step wanted = one.iterator().next();
      Step found = many.iterator().next();
      assertThat(found.supervised()).isEqualTo(wanted.supervised());
      assertThat(found.loss()).isCloseTo(wanted.loss(), within(1e-6));
      requireClose(gradients(many), gradients(one), 1e-6);
    }
  }

  /** Sequence i has i + 2 tokens, of which every third is not learned from, and of some none. */
  private static Batch ragged(int first, int count) {
    List<int[]> tokens = new ArrayList<>();
    List<int[]> labels = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      int[] sequence = Arrays.copyOfRange(Run.text(200), 9 * i, 10 * i + 2);
      int[] label = sequence.clone();
      for (int j = 0; j < label.length; j++) {
        label[j] = (i + j) % 3 == 0 || i == 5 ? Batch.IGNORED : label[j];
      }
      tokens.add(sequence);
      labels.add(label);
    }
    return Batch.ofLabels(tokens, labels);
  }

  private static Map<String, float[]> gradients(Trainer trainer) {
    Map<String, float[]> gradients = new TreeMap<>();
    trainer.gradients().forEach((name, gradient) -> gradients.put(name, gradient.toFloats()));
    return gradients;
  }

  @Test
  void aMicroBatchWithoutSupervisedTokensChangesNothing() {
    Batch some = new Batch(new int[] {1, 2}, new int[] {2, 3}, Sequences.of(2));
    Batch none = new Batch(new int[] {4, 5}, new int[] {-100, -100}, Sequences.of(2));
    try (Run alone = new Run().train(number -> some, t -> t.steps(2));
        Run both =
            new Run()
                .train(number -> number % 2 == 0 ? none : some, t -> t.steps(2).accumulation(2))) {
      requireClose(both.values(), alone.values(), 0);
    }
  }

  @Test
  void twoRunsWithOneSeedAreEqualBitForBit() {
    try (Run first = new Run(0.3).train(WINDOWS.size(2), t -> t.steps(5));
        Run second = new Run(0.3).train(WINDOWS.size(2), t -> t.steps(5));
        Run other = new Run(0.3).train(WINDOWS.size(2), t -> t.steps(5).seed(6))) {
      assertThat(second.losses()).isEqualTo(first.losses());
      requireClose(second.values(), first.values(), 0);
      assertThat(other.losses()).isNotEqualTo(first.losses());
    }
  }

  @Test
  void leavingTheLoopAndGoingOnEqualsOneLoop() {
    try (Run whole = new Run(0.3).train(WINDOWS.size(2), t -> t.steps(5));
        Run parts = new Run(0.3);
        Trainer trainer = parts.trainer(WINDOWS.size(2), t -> t.steps(5))) {
      for (Step step : trainer) {
        parts.steps.add(step);
        if (step.number() == 2) {
          break;
        }
      }
      trainer.forEach(parts.steps::add);
      assertThat(parts.losses()).isEqualTo(whole.losses());
    }
  }

  @Test
  void aTrainerThatFailsToStartLeavesItsParametersToAnother() {
    try (Run run = new Run()) {
      Map<String, float[]> before = run.values();
      assertThatThrownBy(() -> run.trainer(WINDOWS, t -> t.steps(1).recomputation(null)))
          .isInstanceOf(NullPointerException.class);
      requireClose(run.values(), before, 0);
      assertThat(run.train(WINDOWS, t -> t.steps(1)).steps).hasSize(1);
    }
  }

  @Test
  void theBaseStaysAsItIsBitForBit() {
    try (Run run = new Run()) {
      Map<String, float[]> before = Run.values(run.base.parameters());
      Map<String, float[]> adapter = run.values();
      run.train(WINDOWS.size(2), t -> t.steps(5).weightDecay(0.1));
      requireClose(Run.values(run.base.parameters()), before, 0);
      run.values().forEach((name, now) -> assertThat(now).isNotEqualTo(adapter.get(name)));
    }
  }

  @Test
  void trainingLowersTheLoss() {
    Batch batch = WINDOWS.size(4).batch(0);
    try (Run run = new Run().train(number -> batch, t -> t.steps(40).learningRate(0.02))) {
      assertThat(run.losses().get(39)).isLessThan(run.losses().get(0) * 0.8);
    }
  }

  /** Adam's first step moves each value by lr · g / (|g| + ε), where g is the clipped gradient. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1e-7, 0", "1e6, 0", "1e-7, 0.5", "0, 0.5"})
  void gradientsAreClippedByTheirNormTogetherAndDecayIsApart(double clip, double decay) {
    Batch batch = WINDOWS.size(4).batch(0);
    try (Run run = new Run();
        Scope scope = new Scope()) {
      Map<String, float[]> before = run.values();
      Map<String, Tensor> gradients =
          GradientProbe.of(
              run.adapter.graph(),
              run.base.parameters().and(run.adapter.parameters()),
              run.adapter.parameters(),
              batch);
      double squares = gradients.values().stream().mapToDouble(g -> g.square().sum().item()).sum();
      double norm = Math.sqrt(squares);
      run.train(number -> batch, t -> t.steps(1).clip(clip).weightDecay(decay));
      assertThat(run.steps.get(0).gradientNorm()).isCloseTo(norm, within(1e-5));
      double factor = clip > 0 && norm > clip ? clip / norm : 1;
      run.values()
          .forEach(
              (name, now) -> {
                double[] g = gradients.get(name).toDoubles();
                for (int i = 0; i < g.length; i++) {
                  double move = 1e-3 * factor * g[i] / (Math.abs(factor * g[i]) + 1e-8);
                  double wanted = before.get(name)[i] * (1 - 1e-3 * decay) - move;
                  assertThat((double) now[i]).as(name).isCloseTo(wanted, within(2e-6));
                }
              });
    }
  }

  @Test
  void aStepSaysWhatItDid() {
    try (Run run = new Run().train(WINDOWS.size(2), t -> t.steps(3).warmup(2))) {
      assertThat(run.steps).extracting(Step::number).containsExactly(1L, 2L, 3L);
      assertThat(run.steps).extracting(Step::of).containsOnly(3L);
      assertThat(run.steps).extracting(Step::learningRate).containsExactly(0.0, 5e-4, 1e-3);
      assertThat(run.steps.get(0).toString()).startsWith("step 1/3  loss ").contains("lr 0.00e+00");
    }
  }

  @Test
  void evaluationIsTheMeanOverTokensAndChangesNothing() {
    Batch many = new Batch(new int[] {1, 2, 3, 4}, new int[] {2, 3, 4, 5}, Sequences.of(4));
    Batch few = new Batch(new int[] {9, 8, 7}, new int[] {-100, -100, 6}, Sequences.of(3));
    try (Run run = new Run(0.3);
        Trainer trainer = run.trainer(number -> many, t -> t)) {
      Map<String, float[]> before = run.values();
      double first = trainer.evaluate(number -> many, 1).loss();
      double second = trainer.evaluate(number -> few, 1).loss();
      Evaluation both = trainer.evaluate(number -> number == 0 ? many : few, 2);
      assertThat(both.supervised()).isEqualTo(5);
      assertThat(both.loss()).isCloseTo((4 * first + second) / 5, within(1e-6));
      assertThat(both.perplexity()).isCloseTo(Math.exp(both.loss()), within(1e-9));
      assertThat(trainer.evaluate(number -> many, 1).loss()).isEqualTo(first); // no dropout
      requireClose(run.values(), before, 0);
    }
  }

  @Test
  void aRunThatHasEndedHasNoNextStep() {
    try (Run run = new Run();
        Trainer trainer = run.trainer(WINDOWS, t -> t.steps(1))) {
      Iterator<Step> steps = trainer.iterator();
      steps.next();
      assertThat(steps.hasNext()).isFalse();
      assertThatThrownBy(steps::next).hasMessage("The run has ended");
    }
  }

  private static void requireClose(
      Map<String, float[]> found, Map<String, float[]> wanted, double tolerance) {
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    found.forEach(
        (name, values) -> {
          if (tolerance == 0) {
            assertThat(Arrays.equals(values, wanted.get(name))).as(name).isTrue();
          }
          assertThat(Forward.difference(values, wanted.get(name)))
              .as(name)
              .isLessThanOrEqualTo(tolerance);
        });
  }
}
