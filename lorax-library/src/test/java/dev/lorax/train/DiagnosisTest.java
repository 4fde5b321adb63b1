package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.graph.Sequences;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A loss that is no number is traced to where it came from. */
class DiagnosisTest {
  private static final Batch MASKED =
      new Batch(new int[] {1, 2}, new int[] {-100, -100}, Sequences.of(2));
  private static final Batch FINE = ofLengths(3, 2);

  @Test
  void aLossThatIsNoNumberIsTracedToItsSequence() {
    Batch bad = ofLengths(3, 5, 2, 5);
    Batches batches = number -> number == 5 ? bad : number == 4 ? MASKED : FINE;
    try (Run run = withoutFourthPosition();
        Trainer trainer = run.trainer(batches, t -> t.steps(5).accumulation(2))) {
      Iterator<Step> steps = trainer.iterator();
      steps.next();
      steps.next();
      assertThatThrownBy(steps::next)
          .isInstanceOfSatisfying(
              TrainingException.class,
              fault -> {
                assertThat(fault.batch()).hasValue(5);
                assertThat(fault.sequence()).hasValue(1);
              })
          .hasMessageStartingWith("The loss is NaN in step 3; the values are those of step 2.")
          .hasMessageEndingWith("(batch 5, sequence 1, from 0)");
    }
  }

  @Test
  void whereEverySequenceFailsNoneIsBlamed() {
    Batch bad = ofLengths(5, 4);
    Batch alone = ofLengths(5);
    try (Run run = withoutFourthPosition()) {
      assertThatThrownBy(() -> run.train(number -> bad, t -> t.steps(1)))
          .isInstanceOfSatisfying(
              TrainingException.class,
              fault -> {
                assertThat(fault.batch()).hasValue(0);
                assertThat(fault.sequence()).isEmpty();
              })
          .hasMessageEndingWith("(batch 0, from 0)");
      assertThatThrownBy(() -> run.train(number -> alone, t -> t.steps(1)))
          .isInstanceOfSatisfying(
              TrainingException.class, fault -> assertThat(fault.sequence()).hasValue(0));
    }
  }

  /** A batch of sequences of those lengths. */
  private static Batch ofLengths(int... lengths) {
    List<int[]> tokens = Arrays.stream(lengths).mapToObj(Run::text).toList();
    return Batch.ofLabels(tokens, tokens);
  }

  /** A run whose model has no numbers for the fourth position: longer sequences have no loss. */
  private static Run withoutFourthPosition() {
    Run run = new Run();
    run.base.parameters().get("embedder.position.weight").narrow(0, 3, 1).mulInPlace(Double.NaN);
    return run;
  }
}
