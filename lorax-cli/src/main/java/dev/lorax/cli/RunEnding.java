package dev.lorax.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.report.Sample;
import dev.lorax.cli.report.TrainingTale;
import dev.lorax.cli.run.RunFolder;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.History;
import dev.lorax.lora.Adapter;
import dev.lorax.peft.PeftFolder;
import dev.lorax.train.TrainingException;
import java.util.Optional;
import picocli.CommandLine.ExitCode;

/** What becomes of a run that has ended: its files, what is told of it, and the exit code. */
final class RunEnding {
  private final Console console;
  private final AdapterTraining training;
  private final RunFolder folder;
  private final RunningOptions running;

  RunEnding(Console console, AdapterTraining training, RunFolder folder, RunningOptions running) {
    this.console = console;
    this.training = training;
    this.folder = folder;
    this.running = running;
  }

  /**
   * Saves and tells what there is.
   *
   * @throws Failure if something ended the run, or cannot be written
   */
  int of(AdapterRun run, History history) {
    if (history.steps().isEmpty()) {
      folder.discard();
    } else {
      try {
        run.saveAdapter(history);
        tell(run, history);
      } catch (CheckpointException | Failure failed) {
        throw Failure.of(failed.getMessage() + mended(), failed);
      }
    }
    return code(history);
  }

  private void tell(AdapterRun run, History history) {
    Optional<Sample> sample = sample(history);
    ObjectNode summary = run.report(history, sample);
    if (running.json) {
      console.result(summary);
      return;
    }
    TrainingTale tale = new TrainingTale(console);
    tale.result(history, run.savedStep(history));
    sample.ifPresent(tale::sample);
    tale.saved(folder.path());
  }

  /** What the adapter that has been saved says. */
  private Optional<Sample> sample(History history) {
    if (history.interrupted() || history.failure().isPresent()) {
      return Optional.empty();
    }
    return running.samplePrompt(training).map(this::sample);
  }

  private Sample sample(int[] prompt) {
    try (Adapter saved = PeftFolder.read(folder.path(), training.base())) {
      return Sample.of(training.base(), saved, prompt, training.options().seed);
    }
  }

  private int code(History history) {
    String kept =
        history.steps().isEmpty()
            ? "nothing was learned yet, so nothing was saved"
            : "what was learned in %d steps is saved in %s"
                .formatted(history.steps().size(), folder.path());
    if (history.failure().isPresent()) {
      RuntimeException failure = history.failure().get();
      boolean mendable =
          Errors.isClear(failure)
              && !(failure instanceof TrainingException)
              && !history.steps().isEmpty();
      throw Failure.of(
          "%s%s; %s%s"
              .formatted(
                  Errors.explain(failure, false), place(failure), kept, mendable ? mended() : ""),
          failure);
    }
    if (history.interrupted()) {
      String next = history.steps().isEmpty() ? "" : "; " + resume();
      console.error("interrupted; " + kept + next);
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  private String mended() {
    return "; once that is mended, " + resume();
  }

  private String resume() {
    String does = folder.newest().isPresent() ? "goes on" : "begins it again";
    return "'lorax train --resume %s' %s".formatted(folder.path(), does);
  }

  /** The sample that a loss which is no number comes from. */
  private String place(RuntimeException failure) {
    if (failure instanceof TrainingException wrong
        && wrong.batch().isPresent()
        && wrong.sequence().isPresent()) {
      return training
          .material()
          .place(wrong.batch().getAsLong(), wrong.sequence().getAsInt())
          .map(found -> " (%s)".formatted(found))
          .orElse("");
    }
    return "";
  }
}
