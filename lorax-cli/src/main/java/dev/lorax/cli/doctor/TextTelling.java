package dev.lorax.cli.doctor;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.ExampleMaterial;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.MemoryBudget;
import dev.lorax.cli.training.MemoryChoice;
import dev.lorax.data.TokenStatistics;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** An examination as one or two screens of text. */
public final class TextTelling implements Telling {
  private static final int BINS = 8;
  private static final int BAR = 40; // characters of the longest

  private final Console console;
  private final boolean colors;

  /** Prints at a console, as its result. */
  public TextTelling(Console console) {
    this.console = console;
    colors = console.terminals().colorsOut();
  }

  @Override
  public void modules(List<ModuleKind> kinds) {
    title("What is trained, and what is frozen");
    row("module", "count", "adapted", "trained", "frozen");
    for (ModuleKind kind : kinds) {
      row(
          kind.name(),
          Figures.count(kind.modules()),
          Figures.count(kind.adapted()),
          Figures.count(kind.trained()),
          Figures.count(kind.frozen()));
    }
    long trained = kinds.stream().mapToLong(ModuleKind::trained).sum();
    long all = trained + kinds.stream().mapToLong(ModuleKind::frozen).sum();
    console.result(
        String.format(
            Locale.ROOT,
            "trainable params: %,d || all params: %,d || trainable%%: %.4f",
            trained,
            all,
            100.0 * trained / all));
  }

  private void row(String name, String... numbers) {
    console.result(
        "%-28s %6s %8s %12s %14s".formatted(name, numbers[0], numbers[1], numbers[2], numbers[3]));
  }

  @Override
  public void samples(List<SampleView> samples) {
    title(
        "The first samples of the run; "
            + (colors ? colored("what is learned", "32") : "⟦what is learned⟧"));
    for (SampleView sample : samples) {
      console.result(
          "%s%s tokens, %s learned"
              .formatted(
                  sample.place().isEmpty() ? "" : sample.place() + ": ",
                  Figures.count(sample.tokens()),
                  Figures.count(sample.learned())));
      StringBuilder line = new StringBuilder("  ");
      for (SampleView.Piece piece : sample.pieces()) {
        String text = piece.shortened().text();
        line.append(
            !piece.learned() ? text : colors ? colored(text, "32") : "⟦%s⟧".formatted(text));
      }
      console.result(line.toString());
    }
  }

  @Override
  public void data(Material material) {
    title("Tokens");
    material.facts().forEach(console::result);
    if (material instanceof ExampleMaterial samples) {
      histogram(samples.statistics().histogram(BINS));
    }
  }

  private void histogram(List<TokenStatistics.Bin> bins) {
    long most = bins.stream().mapToLong(TokenStatistics.Bin::count).max().orElse(1);
    for (TokenStatistics.Bin bin : bins) {
      int length = (int) Math.ceil((double) BAR * bin.count() / most);
      console.result(
          "%6d to %-6d %s %s"
              .formatted(bin.from(), bin.to(), "█".repeat(length), Figures.count(bin.count())));
    }
  }

  @Override
  public void memory(MemoryChoice choice, MemoryBudget budget) {
    title("Memory and time");
    console.result("memory", choice.toString());
  }

  @Override
  public void time(TimeEstimate estimate) {
    console.result(
        "time",
        "about %s for %s steps of %.3f s, at %s tokens/s (the fastest of the first %d)"
            .formatted(
                Figures.time(estimate.whole()),
                Figures.count(estimate.steps()),
                estimate.step().toNanos() / 1e9,
                Figures.count(Math.round(estimate.tokensPerSecond())),
                estimate.tried()));
  }

  @Override
  public void findings(List<Diagnosis> found) {
    title("Findings");
    found.stream()
        .sorted(Comparator.comparing(Diagnosis::severity))
        .forEach(
            one -> {
              String label = "%-8s".formatted(one.severity());
              console.result((colors ? colored(label, color(one.severity())) : label) + " " + one);
            });
  }

  private static String color(Severity severity) {
    return switch (severity) {
      case ERROR -> "1;31";
      case WARNING -> "33";
      case NOTE -> "36";
      case OK -> "32";
    };
  }

  private void title(String text) {
    console.result("");
    console.result(colors ? colored(text, "1") : text);
  }

  private static String colored(String text, String code) {
    return "\033[%sm%s\033[0m".formatted(code, text);
  }
}
