package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Model;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A run that cannot go on says why, and keeps the values of the last good step. */
class TrainingFaultsTest {
  private static final Windows WINDOWS = Batches.windows(Run.text(200), 6);
  private static final Batch MASKED =
      new Batch(new int[] {1, 2}, new int[] {-100, -100}, Sequences.of(2));

  @Test
  void aLossThatIsNoNumberStopsTheRunWithTheValuesOfTheLastGoodStep() {
    try (Run good = new Run().train(WINDOWS, t -> t.steps(2));
        Run bad = new Run();
        Trainer trainer = bad.trainer(poisoned(bad, 2), t -> t.steps(5))) {
      Iterator<Step> steps = trainer.iterator();
      steps.next();
      steps.next();
      assertThatThrownBy(steps::next)
          .isInstanceOf(TrainingException.class)
          .hasMessageStartingWith("The loss is NaN in step 3; the values are those of step 2.")
          .hasMessageContaining("learning rate");
      requireEqual(bad.values(), good.values());
    }
  }

  @Test
  void aRunGoesOnAfterAPassingFaultAsIfItHadNotBeen() {
    Batch unknown = new Batch(new int[] {999}, new int[] {1}, Sequences.of(1));
    AtomicInteger faults = new AtomicInteger();
    Batches once =
        number -> number == 5 && faults.getAndIncrement() == 0 ? unknown : WINDOWS.batch(number);
    try (Run good = new Run(0.2).train(WINDOWS, t -> t.steps(4).accumulation(2));
        Run bad = new Run(0.2);
        Trainer trainer = bad.trainer(once, t -> t.steps(4).accumulation(2))) {
      Iterator<Step> steps = trainer.iterator();
      steps.next();
      steps.next();
      assertThatThrownBy(steps::next).hasMessageContaining("out of range");
      steps.forEachRemaining(bad.steps::add); // the third step again, the first half anew
      assertThat(bad.losses()).isEqualTo(good.losses().subList(2, 4));
      requireEqual(bad.values(), good.values());
    }
  }

  @Test
  void labelsMustFitTheirOwnSequence() {
    List<int[]> tokens = List.of(new int[] {1, 2, 3}, new int[] {4, 5});
    List<int[]> labels = List.of(new int[] {1, 2}, new int[] {3, 4, 5});
    assertThatThrownBy(() -> Batch.ofLabels(tokens, labels))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Sequence 1 has 3 tokens but 2 labels");
    assertThatThrownBy(() -> Batch.ofLabels(tokens, labels.subList(0, 1)))
        .hasMessage("2 sequences do not fit the labels of 1");
  }

  @Test
  void aStepWithoutSupervisedTokensIsAnError() {
    try (Run run = new Run()) {
      Map<String, float[]> before = run.values();
      assertThatThrownBy(() -> run.train(number -> MASKED, t -> t.steps(2)))
          .isInstanceOf(TrainingException.class)
          .hasMessage("Step 1 has no token to learn from: every label is masked");
      requireEqual(run.values(), before);
    }
  }

  @Test
  void anEvaluationWithoutSupervisedTokensIsAnError() {
    try (Run run = new Run()) {
      Parameters all = run.base.parameters().and(run.adapter.parameters());
      assertThatThrownBy(() -> Evaluation.of(run.adapter.graph(), all, number -> MASKED, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("No supervised token");
    }
  }

  @Test
  void trainedParametersMustBeFloat32() {
    try (Run run = new Run();
        Scope scope = new Scope()) {
      Map<String, Tensor> values = new HashMap<>();
      run.adapter
          .parameters()
          .asMap()
          .forEach((name, value) -> values.put(name, value.to(DType.BF16)));
      Model half = new Model(run.adapter.graph(), Parameters.of(values));
      assertThatThrownBy(() -> Trainer.of(run.base, half, WINDOWS).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("Trained parameters are float32, but decoder.* is BF16");
    }
  }

  @Test
  void aTrainerThatCannotBeBuiltLeavesTheValuesAlone() {
    try (Run run = new Run();
        Scope scope = new Scope()) {
      Map<String, Tensor> values = new LinkedHashMap<>(run.adapter.parameters().asMap());
      String last = List.copyOf(values.keySet()).get(values.size() - 1);
      values.put(last, values.get(last).to(DType.BF16));
      Model mixed = new Model(run.adapter.graph(), Parameters.of(values));
      assertThatThrownBy(() -> Trainer.of(run.base, mixed, WINDOWS).build())
          .hasMessage("Trained parameters are float32, but %s is BF16".formatted(last));
      assertThat(values.values()).noneMatch(Tensor::requiresGradient);
    }
  }

  @Test
  void oneTrainerAtATimeHoldsTheValues() {
    try (Run run = new Run()) {
      try (Trainer first = run.trainer(WINDOWS, t -> t.steps(2))) {
        assertThatThrownBy(() -> run.trainer(WINDOWS, t -> t.steps(2)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("0.self_attention.query.lora.a is being trained already");
        first.forEach(run.steps::add);
      }
      run.train(WINDOWS, t -> t.steps(2));
      assertThat(run.steps).hasSize(4);
    }
  }

  @Test
  void aTrainerMayBeClosedAfterItsAdapterAndTwice() {
    Run run = new Run();
    Trainer trainer = run.trainer(WINDOWS, t -> t.steps(2));
    trainer.iterator().next();
    run.close();
    trainer.close();
    trainer.close();
    assertThatThrownBy(() -> trainer.iterator().next())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The trainer is closed");
  }

  @Test
  void valuesThatAreMissingAreListedTogether() {
    try (Run run = new Run()) {
      Model none = new Model(run.adapter.graph(), Parameters.of(Map.of()));
      assertThatThrownBy(() -> Trainer.of(run.base, none, WINDOWS).build())
          .hasMessageContaining("0.self_attention.query.lora.a is missing")
          .hasMessageContaining("1.self_attention.value.lora.b is missing");
    }
  }

  @Test
  void numbersThatMakeNoSenseAreRejectedByName() {
    List<UnaryOperator<TrainerBuilder>> wrong =
        List.of(
            t -> t.steps(0),
            t -> t.learningRate(0),
            t -> t.learningRate(Double.NaN),
            t -> t.warmup(-1),
            t -> t.weightDecay(-1),
            t -> t.clip(-1),
            t -> t.clip(Double.NaN),
            t -> t.accumulation(0));
    try (Run run = new Run()) {
      for (UnaryOperator<TrainerBuilder> options : wrong) {
        assertThatThrownBy(() -> run.trainer(WINDOWS, options))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageMatching("The .* must .*");
      }
    }
  }

  /** Batches during whose number a frozen weight becomes NaN. */
  private static Batches poisoned(Run run, long when) {
    return number -> {
      if (number == when) {
        run.base.parameters().get("decoder.norm.weight").mulInPlace(Double.NaN);
      }
      return WINDOWS.batch(number);
    };
  }

  private static void requireEqual(Map<String, float[]> found, Map<String, float[]> wanted) {
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    found.forEach((name, values) -> assertThat(values).as(name).isEqualTo(wanted.get(name)));
  }
}
