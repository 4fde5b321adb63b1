package dev.lorax.cli.doctor;

import dev.lorax.cli.training.Trial;
import java.util.List;
import java.util.stream.Stream;

/** All checks; a new one is added here. */
public final class Checks {
  private static final List<Check> QUICK =
      List.of(
          ModelChecks::sixteenBits,
          ModelChecks::tiedWeights,
          TokenChecks::endLearned,
          TokenChecks::beginOnce,
          TokenChecks::markersKnown,
          TokenChecks::rowsTrained,
          SampleChecks::fewLearned,
          SampleChecks::cut,
          SampleChecks::dropped,
          SampleChecks::repeated,
          SampleChecks::overlap,
          SampleChecks::spaceBeforeAnswer,
          SampleChecks::outsideTemplate,
          SampleChecks::systemLeftOut,
          TemplateChecks::columnLeftOut,
          ClassChecks::everyClassTaught,
          ClassChecks::lopsided,
          RunChecks::learningRate,
          RunChecks::warmup,
          RunChecks::nothingHeldOut,
          RunChecks::batch);

  private Checks() {}

  /** Those that take no time beside opening model and data. */
  public static List<Diagnosis> quick(Case run) {
    return QUICK.stream().flatMap(check -> check.of(run).stream()).toList();
  }

  /** Those that run the model, and write the adapter into a folder that is deleted again. */
  public static List<Diagnosis> thorough(Case run) {
    return Stream.<Check>of(SequencesApart::check, SavedAdapter::check)
        .flatMap(check -> check.of(run).stream())
        .toList();
  }

  /** Whether a trial has taught every module of the adapter something. */
  public static List<Diagnosis> after(Trial trial, Case run) {
    return RunChecks.everyModuleMoved(trial, run);
  }
}
