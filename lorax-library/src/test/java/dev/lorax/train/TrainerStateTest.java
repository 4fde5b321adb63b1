package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraPlus;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.run.Recomputation;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that is taken up again is the run that never stopped, bit for bit. */
class TrainerStateTest {
  private static final Windows WINDOWS = Batches.windows(Run.text(400), 6).size(2);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameAFile() {
    file = folder.resolve("state.safetensors");
  }

  /** Plain, and with all that a run may have. */
  static Stream<UnaryOperator<TrainerBuilder>> runs() {
    return Stream.of(
        t -> t.steps(10),
        t ->
            t.steps(10)
                .accumulation(2)
                .schedule(Schedule.COSINE)
                .warmup(2)
                .weightDecay(0.1)
                .clip(0.05)
                .labelSmoothing(0.1)
                .rateFactors(new LoraPlus(4))
                .rewrite(new Neftune(5))
                .recomputation(Recomputation.ALL));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aResumedRunIsTheUninterruptedOneBitForBit(UnaryOperator<TrainerBuilder> options) {
    try (Run whole = new Run(0.3).train(WINDOWS, options);
        Run parts = new Run(0.3)) {
      try (Run first = new Run(0.3)) {
        stopAndWrite(first, options, 4);
        parts.steps.addAll(first.steps);
      }
      resume(parts, options);
      assertThat(parts.steps).extracting(Step::number).last().isEqualTo(10L);
      assertThat(parts.losses()).isEqualTo(whole.losses());
      requireEqual(parts, whole);
    }
  }

  private void stopAndWrite(Run run, UnaryOperator<TrainerBuilder> options, int after) {
    try (Trainer trainer = run.trainer(WINDOWS, options)) {
      for (Step step : trainer) {
        run.steps.add(step);
        if (step.number() == after) {
          break;
        }
      }
      write(trainer);
    }
  }

  private void write(Trainer trainer) {
    try (TrainerState state = trainer.state()) {
      state.write(file);
    }
  }

  private void resume(Run run, UnaryOperator<TrainerBuilder> options) {
    try (TrainerState state = TrainerState.read(file)) {
      run.train(WINDOWS, t -> options.apply(t).resume(state));
    }
  }

  private static void requireEqual(Run found, Run wanted) {
    wanted
        .values()
        .forEach((name, values) -> assertThat(found.values().get(name)).as(name).isEqualTo(values));
  }

  @Test
  void aResumedRunGoesOnOverAnAdapterFolderToo() {
    Fixture fixture = Fixture.named("llama-lora-all-linear");
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32);
        Adapter whole = PeftFolder.read(fixture.folder().resolve("adapter"), base);
        Adapter first = PeftFolder.read(fixture.folder().resolve("adapter"), base)) {
      List<Double> wanted = new ArrayList<>();
      try (Trainer trainer = Trainer.of(base, whole, WINDOWS).steps(5).seed(1).build()) {
        trainer.forEach(step -> wanted.add(step.loss()));
      }
      try (Trainer trainer = Trainer.of(base, first, WINDOWS).steps(5).seed(1).build()) {
        trainer.iterator().next();
        trainer.iterator().next();
        PeftFolder.write(folder.resolve("adapter"), base, first);
        write(trainer);
      }
      List<Double> found = new ArrayList<>();
      try (Adapter again = PeftFolder.read(folder.resolve("adapter"), base);
          TrainerState state = TrainerState.read(file);
          Trainer trainer = Trainer.of(base, again, WINDOWS).steps(5).resume(state).build()) {
        assertThat(Run.values(again.parameters()).values())
            .usingRecursiveComparison()
            .isEqualTo(Run.values(first.parameters()).values()); // the folder lost nothing
        trainer.forEach(step -> found.add(step.loss()));
      }
      assertThat(found).isEqualTo(wanted.subList(2, 5));
    }
  }

  @Test
  void theSeedOfTheRunIsTakenUpAndAnotherIsAnError() {
    try (Run run = new Run()) {
      stopAndWrite(run, t -> t, 1);
      try (TrainerState state = TrainerState.read(file)) {
        assertThat(state.seed()).isEqualTo(5);
        assertThat(state.steps()).isEqualTo(1);
        try (Trainer trainer = Trainer.of(run.base, run.adapter, WINDOWS).resume(state).build()) {
          assertThat(trainer.seed()).isEqualTo(5);
        }
        assertThatThrownBy(() -> run.trainer(WINDOWS, t -> t.seed(6).resume(state)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("The run that is resumed has seed 5, not 6: give that seed or none");
      }
    }
  }

  @Test
  void aRunThatHadEndedHasNoMoreSteps() {
    try (Run run = new Run()) {
      stopAndWrite(run, t -> t.steps(2), 2);
      try (TrainerState state = TrainerState.read(file);
          Trainer trainer = run.trainer(WINDOWS, t -> t.steps(2).resume(state))) {
        assertThat(trainer.iterator().hasNext()).isFalse();
      }
    }
  }

  @Test
  void whatDoesNotFitIsListedTogetherBeforeAnyValueIsMoved() {
    try (Run run = new Run();
        Scope scope = new Scope()) {
      stopAndWrite(run, t -> t, 1);
      Map<String, Tensor> changed = new LinkedHashMap<>();
      Map<String, String> metadata;
      try (Safetensors stored = Safetensors.open(file)) {
        metadata = stored.metadata();
        stored.names().forEach(name -> changed.put(name, scope.adopt(stored.get(name))));
      }
      String query = "decoder.blocks.0.self_attention.query.lora.";
      changed.remove("mean." + query + "a");
      changed.put("extra", Tensor.zeros(DType.F32, 1));
      changed.put("value." + query + "b", Tensor.zeros(DType.F32, 2, 8));
      changed.put("square." + query + "b", Tensor.zeros(DType.F64, 8, 2));
      Path other = folder.resolve("other.safetensors");
      SafetensorsWriter.write(other, changed, metadata);
      Map<String, float[]> before = run.values();
      try (TrainerState state = TrainerState.read(other)) {
        assertThatThrownBy(() -> run.trainer(WINDOWS, t -> t.resume(state)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith(other + " does not fit what is trained: ")
            .hasMessageContaining("mean." + query + "a is missing")
            .hasMessageContaining("extra is left over")
            .hasMessageContaining("value." + query + "b is F32[2, 8] instead of F32[8, 2]")
            .hasMessageContaining("square." + query + "b is F64[8, 2] instead of F32[8, 2]");
      }
      run.values().forEach((name, now) -> assertThat(now).isEqualTo(before.get(name)));
      run.train(WINDOWS, t -> t.steps(1));
    }
  }

  @Test
  void aFileOfOtherTensorsIsAnErrorThatNamesIt() {
    try (Scope scope = new Scope()) {
      SafetensorsWriter.write(file, Map.of("weight", Tensor.zeros(DType.F32, 2)));
      assertThatThrownBy(() -> TrainerState.read(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(file + ": is no state of a trainer: it lacks the number of 'steps'");
    }
  }

  @Test
  void aStateThatTheTrainerHasLeftBehindCannotBeWritten() {
    try (Run run = new Run();
        Trainer trainer = run.trainer(WINDOWS, t -> t);
        TrainerState state = trainer.state()) {
      state.write(file);
      trainer.iterator().next();
      assertThatThrownBy(() -> state.write(file))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("gone on since its state of step 0 was taken");
    }
  }

  @Test
  void nothingOfAStateIsLeftInMemory() {
    try (Run run = new Run();
        Trainer trainer = run.trainer(WINDOWS, t -> t)) {
      trainer.iterator().next();
      long before = Pointer.totalCount();
      for (int i = 0; i < 10; i++) {
        write(trainer);
        TrainerState.read(file).close();
      }
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before); // others' may be collected
    }
  }
}
