package dev.lorax.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.report.Metrics;
import dev.lorax.cli.report.MetricsLog;
import dev.lorax.cli.report.Progress;
import dev.lorax.cli.report.RunFiles;
import dev.lorax.cli.report.Sample;
import dev.lorax.cli.report.SampleTaker;
import dev.lorax.cli.report.TrainingSummary;
import dev.lorax.cli.run.BestKeeper;
import dev.lorax.cli.run.CheckpointSaver;
import dev.lorax.cli.run.RunFolder;
import dev.lorax.cli.run.RunState;
import dev.lorax.cli.run.SavingOptions;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.cli.training.Observer;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One run in its folder: from its first step, or the last one saved, to the files it leaves. */
final class AdapterRun {
  private final Console console;
  private final AdapterTraining training;
  private final RunFolder folder;
  private final Outcome outcome;
  private MetricsLog log;

  /**
   * What a run leaves.
   *
   * @param saving when it is saved, and which adapter is its result
   * @param type of the adapter's file
   * @param sampleEvery steps between samples; empty: none
   * @param prompt tokens that samples go on with; empty where none are taken
   */
  record Outcome(
      SavingOptions saving, DType type, Optional<Long> sampleEvery, Optional<int[]> prompt) {}

  AdapterRun(Console console, AdapterTraining training, RunFolder folder, Outcome outcome) {
    this.console = console;
    this.training = training;
    this.folder = folder;
    this.outcome = outcome;
  }

  /**
   * Trains from the start, or from the newest checkpoint.
   *
   * @param now the run as its options and files describe it
   * @throws Failure if the folder is that of another run
   */
  History train(RunState now, Interrupt interrupt) {
    try {
      return trained(now, interrupt);
    } catch (RuntimeException refused) { // before the first step: it does not throw later
      folder.discard();
      throw refused;
    }
  }

  private History trained(RunState now, Interrupt interrupt) {
    boolean anew = folder.begin(now);
    Optional<Path> checkpoint = folder.newest();
    Optional<RunState> saved = checkpoint.map(RunState::ofCheckpoint);
    saved.ifPresent(before -> before.requireSame(now));
    long step = saved.map(RunState::step).orElse(0L);
    log =
        anew
            ? MetricsLog.begin(folder.metrics(), console::note)
            : MetricsLog.resumeAt(step, folder.metrics(), console::note);
    History earlier = log.metrics().history(false, Optional.empty());
    training.resume(checkpoint, earlier);
    checkpoint.ifPresent(place -> tellResumed(step, place));
    interrupt.listen();
    return training.run(observers(now, earlier.measures()), interrupt::requested);
  }

  private void tellResumed(long step, Path place) {
    String last = training.isOver() ? ", its last: the run had finished" : "";
    console.note("resumed", "after step %d%s, from %s".formatted(step, last, place));
  }

  private Observer observers(RunState now, List<Measure> earlier) {
    List<Observer> all = new ArrayList<>();
    all.add(log);
    all.add(Progress.of(console, training.plan().steps()));
    all.add(new BestKeeper(earlier, () -> AtomicFolder.replace(folder.best(), this::writeAdapter)));
    outcome.sampleEvery().ifPresent(every -> all.add(sampleTaker(every)));
    all.add(new CheckpointSaver(folder, outcome.saving(), training, now::at));
    return Observer.all(all);
  }

  private SampleTaker sampleTaker(long every) {
    return new SampleTaker(training, outcome.prompt().orElseThrow(), log, every);
  }

  private void writeAdapter(Path place) {
    PeftFolder.write(place, training.base(), training.adapter(), outcome.type());
  }

  /** Writes the adapter that is the run's result. */
  void saveAdapter(History history) {
    folder.write(bestIsResult(history) ? this::copyBest : this::writeAdapter);
  }

  /** After which step the adapter was what is the run's result. */
  long savedStep(History history) {
    return bestIsResult(history) ? history.best().orElseThrow().step() : history.last();
  }

  private boolean bestIsResult(History history) {
    boolean wanted =
        outcome.saving().result == null
            ? training.options().patience > 0
            : outcome.saving().result == SavingOptions.Result.BEST;
    boolean kept = Files.exists(folder.best().resolve("adapter_model.safetensors"));
    return wanted && kept && history.best().isPresent();
  }

  private void copyBest(Path place) {
    try (Stream<Path> files = Files.list(folder.best())) {
      Files.createDirectories(place);
      for (Path file : files.toList()) {
        Files.copy(file, place.resolve(file.getFileName()));
      }
    } catch (IOException failed) {
      throw new CheckpointException(place, "cannot be written (%s)".formatted(failed), failed);
    }
  }

  /**
   * Writes the record of the run beside the adapter.
   *
   * @throws Failure if that fails; the adapter is there
   */
  ObjectNode report(History history, Optional<Sample> sample) {
    ObjectNode summary = TrainingSummary.of(training, history, savedStep(history));
    sample.ifPresent(found -> summary.putPOJO("sample", found));
    Metrics metrics = log.metrics();
    try {
      RunFiles.write(folder.path(), metrics, summary, folder.recipe());
      return summary;
    } catch (CheckpointException failed) {
      throw Failure.of(
          "%s; the adapter itself is saved in %s".formatted(failed.getMessage(), folder.path()),
          failed);
    }
  }
}
