package dev.lorax.cli.doctor;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.MemoryBudget;
import dev.lorax.cli.training.Trial;
import dev.lorax.train.TrainingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that is looked at in a run that could be opened.
 *
 * @param run what is examined; its adapter learns in the steps that are tried
 * @param steps how many steps are tried, 0 for none
 * @param telling who is told
 */
public record Examination(Case run, int steps, Telling telling) {
  private static final int SHOWN = 3; // samples

  /** Looks at all of it, tells all but the findings, and returns those. */
  public List<Diagnosis> findings() {
    run.training()
        .ifPresent(
            training -> {
              telling.modules(ModuleKind.of(training.adapter()));
              telling.samples(SampleView.of(training, run.base().tokenizer(), SHOWN));
            });
    telling.data(run.material());
    List<Diagnosis> found = new ArrayList<>(Checks.quick(run));
    run.training().ifPresent(training -> found.addAll(running(training)));
    return found;
  }

  private List<Diagnosis> running(AdapterTraining training) {
    MemoryBudget budget = MemoryBudget.ofMachine();
    telling.memory(training.memory(), budget);
    List<Diagnosis> found = new ArrayList<>(RunChecks.memory(training.memory(), budget));
    if (steps > 0 && found.isEmpty()) {
      found.addAll(tried(training));
    }
    found.addAll(Checks.thorough(run));
    return found;
  }

  private List<Diagnosis> tried(AdapterTraining training) {
    try {
      Trial trial = training.trial(steps);
      telling.time(TimeEstimate.of(trial, training.plan(), run.material()));
      return Checks.after(trial, run);
    } catch (TrainingException | Failure failed) {
      return List.of(Diagnosis.error("steps", failed.getMessage(), ""));
    }
  }
}
