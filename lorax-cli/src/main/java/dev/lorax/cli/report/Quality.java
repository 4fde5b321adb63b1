package dev.lorax.cli.report;

import dev.lorax.classify.Scores;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.Measure;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A number that says how good a model is.
 *
 * @param name within a line
 * @param title over the number
 * @param text the number of a measurement
 */
record Quality(String name, String title, Function<Measure, String> text) {
  private static final Quality LOSS =
      new Quality("loss", "Held-out loss", measure -> Figures.loss(measure.evaluation().loss()));
  private static final Quality PERPLEXITY =
      new Quality(
          "perplexity",
          "Perplexity",
          measure -> Figures.perplexity(measure.evaluation().perplexity()));
  private static final Quality ACCURACY =
      new Quality("accuracy", "Accuracy", of(scores -> scores.accuracy().toString()));
  private static final Quality MACRO_F1 =
      new Quality("macro-F1", "Macro-F1", of(scores -> Figures.loss(scores.macroF1())));

  /** What is told of a measurement, and of others like it. */
  static List<Quality> of(Measure measure) {
    return measure.scores().isPresent()
        ? List.of(LOSS, ACCURACY, MACRO_F1)
        : List.of(LOSS, PERPLEXITY);
  }

  private static Function<Measure, String> of(Function<Scores, String> text) {
    return measure -> text.apply(measure.scores().orElseThrow());
  }

  /** As in {@code loss 2.3026}, or {@code loss 2.3026 -> 1.2000}. */
  String told(Measure before, Optional<Measure> after) {
    String change = after.map(measure -> " -> " + text.apply(measure)).orElse("");
    return name + " " + text.apply(before) + change;
  }
}
