package dev.lorax.cli.report;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.Measure;
import dev.lorax.cli.training.ThreadChoice;
import dev.lorax.cli.training.TrainingOptions;
import dev.lorax.cli.training.TrainingPlan;
import dev.lorax.cli.training.TypeChoice;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.model.LanguageModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells people what a run is going to do, and what came of it. */
public final class TrainingTale {
  private static final String WEIGHT = ".weight";

  private final Console console;

  /** A teller at a console. */
  public TrainingTale(Console console) {
    this.console = console;
  }

  /** Before the first step: what is trained, on what, how long, in how much memory. */
  public void plan(
      LanguageModel base, Material material, AdapterTraining training, TrainingOptions options) {
    adapter(base, training.adapter());
    material.facts().forEach(fact -> console.note("data", fact));
    TrainingPlan plan = training.plan();
    console.note(
        "plan",
        "%s steps of %s samples (%.1f epochs), learning rate %s %s after %s warm-up steps, seed %d"
            .formatted(
                Figures.count(plan.steps()),
                Figures.count(plan.samplesPerStep()),
                plan.epochs(),
                Figures.number(options.learningRate),
                options.schedule,
                Figures.count(plan.warmup()),
                options.seed));
    console.note("memory", training.memory().toString());
  }

  /** What it runs in and on, and why. */
  public void machine(TypeChoice type, ThreadChoice threads) {
    console.note("dtype", type.toString());
    console.note("threads", threads.toString());
  }

  private void adapter(LanguageModel base, Adapter adapter) {
    Lora first = adapter.lora(adapter.nodes().get(0));
    List<String> whole =
        adapter.copies().stream()
            .filter(name -> name.endsWith(WEIGHT))
            .map(name -> name.substring(0, name.length() - WEIGHT.length()))
            .toList();
    console.note(
        "adapter",
        "rank %d, alpha %s, dropout %s on %s: %s modules%s"
            .formatted(
                first.rank(),
                Figures.number(first.alpha()),
                Figures.number(first.dropout().probability()),
                String.join(", ", AdapterModules.names(adapter)),
                Figures.count(adapter.nodes().size()),
                whole.isEmpty() ? "" : "; whole: " + String.join(", ", whole)));
    long trained = adapter.trained().count();
    long all = trained + base.parameters().count();
    console.note(
        "trained",
        "%s of %s parameters (%s)"
            .formatted(
                Figures.count(trained),
                Figures.count(all),
                Figures.percent((double) trained / all)));
  }

  /**
   * After the last step: losses and speed.
   *
   * @param saved the step after which the adapter was what has been saved
   */
  public void result(History history, long saved) {
    if (history.gaveUp()) {
      console.result(
          "ended",
          "early, after step %s of %s: the held-out loss no longer became lower"
              .formatted(
                  Figures.count(history.last()), Figures.count(history.steps().get(0).of())));
    }
    Optional<Measure> after = history.after(saved);
    String which =
        saved == history.last() ? "" : " (after step %s, the best)".formatted(Figures.count(saved));
    history
        .before()
        .ifPresent(
            before ->
                console.result(
                    "held-out",
                    Quality.of(before).stream()
                            .map(quality -> quality.told(before, after))
                            .collect(Collectors.joining(", "))
                        + which));
    console.result(
        "speed",
        "%s steps, %s tokens in %s (%s tokens/s)"
            .formatted(
                Figures.count(history.steps().size()),
                Figures.count(history.tokens()),
                Figures.time(history.time()),
                Figures.count(Math.round(history.tokensPerSecond()))));
  }

  /** Where the adapter lies. */
  public void saved(Path folder) {
    console.result(
        "saved",
        folder + " (adapter in PEFT's format, report.html, summary.json, metrics.jsonl, loss.svg)");
  }

  /** The two texts, one under the other. */
  public void sample(Sample sample) {
    console.result("prompt", quote(sample.prompt()));
    console.result("base", quote(sample.base()));
    console.result("adapted", quote(sample.adapted()));
  }

  /** On one line, and safe to print whatever the model said. */
  private static String quote(String text) {
    return text.replace("\n", "\\n").replace("\r", "\\r").replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
