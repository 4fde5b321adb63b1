package dev.lorax.cli.report;

import static dev.lorax.cli.report.Markup.element;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Step;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** The numbers of a run that everybody looks for first. */
final class Headline {
  private final StringBuilder cards = new StringBuilder("<dl class=\"cards\">\n");
  private final JsonNode summary;

  private Headline(JsonNode summary) {
    this.summary = summary;
  }

  /** A list of cards. */
  static String of(Metrics metrics, JsonNode summary) {
    Headline headline = new Headline(summary);
    headline.losses(metrics);
    headline.work(metrics.history(false, Optional.empty()));
    headline.memory(metrics);
    return headline.cards + "</dl>\n";
  }

  private void losses(Metrics metrics) {
    List<Measure> measures = metrics.measures();
    List<Step> steps = metrics.steps();
    if (!measures.isEmpty()) {
      Quality.of(measures.get(0)).forEach(quality -> measured(quality, metrics));
    } else if (!steps.isEmpty()) {
      card(
          "Training loss",
          change(
              Figures.loss(steps.get(0).loss()), Figures.loss(steps.get(steps.size() - 1).loss())),
          "nothing was held out to measure on");
    }
  }

  private void measured(Quality quality, Metrics metrics) {
    List<Measure> measures = metrics.measures();
    String best =
        metrics
            .best()
            .map(
                measure ->
                    "best %s %s"
                        .formatted(
                            quality.text().apply(measure),
                            measure.step() == 0
                                ? "before training"
                                : "at step " + Figures.count(measure.step())))
            .orElse("");
    card(
        quality.title(),
        change(quality.text().apply(measures.get(0)), quality.text().apply(saved(metrics))),
        best);
  }

  /** The measurement of the adapter that is saved, or the last one while that is not known. */
  private Measure saved(Metrics metrics) {
    List<Measure> measures = metrics.measures();
    long step = summary.path("savedStep").asLong(-1);
    return measures.stream()
        .filter(measure -> measure.step() == step)
        .findFirst()
        .orElse(measures.get(measures.size() - 1));
  }

  private static String change(String first, String last) {
    return first.equals(last) ? first : first + " → " + last;
  }

  private void work(History run) {
    long supervised = run.steps().stream().mapToLong(Step::supervised).sum();
    card("Steps", Figures.count(run.steps().size()), "");
    card("Tokens", Figures.count(run.tokens()), Figures.count(supervised) + " learned from");
    card("Time", Figures.time(run.time()), "in all");
    card("Speed", Figures.count(Math.round(run.tokensPerSecond())) + " tokens/s", "training alone");
  }

  private void memory(Metrics metrics) {
    long peak =
        LongStream.concat(
                LongStream.of(summary.path("peakMemoryBytes").asLong()),
                metrics.of(Metric.Stepped.class).stream()
                    .mapToLong(step -> step.memory().orElse(0)))
            .max()
            .orElse(0);
    if (peak > 0) {
      card("Peak memory", Figures.bytes(peak), "of the whole process");
    }
  }

  private void card(String name, String value, String note) {
    cards
        .append("<div>")
        .append(element("dt", name))
        .append(element("dd", value))
        .append(element("dd class=\"note\"", note))
        .append("</div>\n");
  }
}
