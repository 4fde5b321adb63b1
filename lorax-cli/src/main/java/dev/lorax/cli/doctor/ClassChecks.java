package dev.lorax.cli.doctor;

import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.LabelledMaterial;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Whether labelled texts teach every class. */
final class ClassChecks {
  private static final double LOPSIDED = 0.9; // share of one class

  private ClassChecks() {}

  /** A class without a text is never chosen. */
  static List<Diagnosis> everyClassTaught(Case run) {
    return checked(run, ClassChecks::untaught);
  }

  private static List<Diagnosis> untaught(Map<String, Long> counts) {
    List<String> none = counts.keySet().stream().filter(name -> counts.get(name) == 0).toList();
    return none.isEmpty()
        ? List.of()
        : List.of(
            Diagnosis.warning(
                "classes",
                "there is no text to learn %s from".formatted(String.join(", ", none)),
                "give texts of every class"));
  }

  /**
   * Where nearly all texts are of one class, a model that names no other is nearly always right.
   */
  static List<Diagnosis> lopsided(Case run) {
    return checked(run, ClassChecks::lopsided);
  }

  private static List<Diagnosis> lopsided(Map<String, Long> counts) {
    double all = counts.values().stream().mapToLong(count -> count).sum();
    return counts.entrySet().stream()
        .filter(one -> one.getValue() / all > LOPSIDED)
        .map(
            one ->
                Diagnosis.note(
                    "classes",
                    "%s of the texts are %s, so always to say so is as often right"
                        .formatted(Figures.percent(one.getValue() / all), one.getKey()),
                    "look at macro-F1, which counts all classes alike"))
        .toList();
  }

  private static List<Diagnosis> checked(
      Case run, Function<Map<String, Long>, List<Diagnosis>> check) {
    return run.material() instanceof LabelledMaterial texts
        ? check.apply(texts.counts())
        : List.of();
  }
}
