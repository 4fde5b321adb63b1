package dev.lorax.cli.doctor;

import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.MemoryBudget;
import dev.lorax.cli.training.MemoryChoice;
import dev.lorax.cli.training.Trial;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.util.List;

/** Whether the numbers of a run are usual, and whether everything learns. */
final class RunChecks {
  private static final double RUINOUS = 1e-1;
  private static final double HIGH = 1e-2;
  private static final double LOW = 1e-6;

  private RunChecks() {}

  /** A typo in an exponent trains a ruin, or nothing. */
  static List<Diagnosis> learningRate(Case run) {
    double rate = run.options().learningRate;
    if (rate > LOW && rate < HIGH) {
      return List.of();
    }
    return List.of(
        new Diagnosis(
            rate >= RUINOUS ? Severity.WARNING : Severity.NOTE,
            "learning-rate",
            "the learning rate %s is unusually %s for LoRA"
                .formatted(Figures.number(rate), rate >= HIGH ? "high" : "low"),
            "1e-4 to 1e-3 is usual"));
  }

  /** A run that ends while it warms up never learns as fast as it was told to. */
  static List<Diagnosis> warmup(Case run) {
    return run
        .training()
        .map(AdapterTraining::plan)
        .filter(plan -> plan.warmup() >= plan.steps())
        .map(
            plan ->
                Diagnosis.warning(
                    "warmup",
                    "the warm-up of %s steps is no shorter than the run of %s, which only reaches %s of"
                            .formatted(
                                Figures.count(plan.warmup()),
                                Figures.count(plan.steps()),
                                Figures.percent((plan.steps() - 1.0) / plan.warmup()))
                        + " the learning rate",
                    "lower --warmup, or give more --steps or --epochs"))
        .stream()
        .toList();
  }

  /** A share may be less than one of few samples. */
  static List<Diagnosis> nothingHeldOut(Case run) {
    return run
        .training()
        .map(AdapterTraining::plan)
        .filter(plan -> plan.heldOut().isEmpty() && run.options().share() > 0)
        .map(
            plan ->
                Diagnosis.warning(
                    "held-out",
                    "a share of %s of %s %s is too small to hold any out, so nothing is measured"
                        .formatted(
                            Figures.number(run.options().share()),
                            Figures.count(plan.perEpoch()),
                            run.material().unit()),
                    "give a larger --held-out, or 0 if that is meant"))
        .stream()
        .toList();
  }

  /** A step that goes over everything more than once. */
  static List<Diagnosis> batch(Case run) {
    int together = run.options().batchSize * run.options().accumulate;
    long all = run.material().perEpoch();
    return together <= all
        ? List.of()
        : List.of(
            Diagnosis.warning(
                "batch",
                "there are %s %s, fewer than the %s of a single step"
                    .formatted(Figures.count(all), run.material().unit(), Figures.count(together)),
                "lower --batch-size or --accumulate, or give more data"));
  }

  /** What does not fit is killed by the system, or swaps. */
  static List<Diagnosis> memory(MemoryChoice choice, MemoryBudget budget) {
    return choice.peak() <= budget.bytes()
        ? List.of()
        : List.of(
            Diagnosis.warning(
                "memory",
                "training takes about %s, more than the %s, so no step was tried"
                    .formatted(Figures.bytes(choice.peak()), budget),
                "lower --batch-size or --max-length (--window), or give --dtype bf16"));
  }

  /** B starts at zero, so where it still is, no gradient came. */
  static List<Diagnosis> everyModuleMoved(Trial trial, Case run) {
    if (!trial.moved()) {
      return List.of(); // in the first step of a warm-up nothing moves
    }
    Adapter adapter = run.training().orElseThrow().adapter();
    List<String> still =
        adapter.nodes().stream()
            .filter(lora -> isZero(adapter, lora))
            .map(lora -> adapter.target(lora).name())
            .toList();
    return List.of(
        still.isEmpty()
            ? Diagnosis.ok(
                "gradient",
                "after %d steps all %s modules have learned something"
                    .formatted(trial.steps().size(), Figures.count(adapter.nodes().size())))
            : Diagnosis.error(
                "gradient",
                "no gradient came to %s".formatted(String.join(", ", still)),
                "leave them out of --targets"));
  }

  private static boolean isZero(Adapter adapter, Node lora) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return adapter.b(lora).norm().item() == 0;
    }
  }
}
