package dev.lorax.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.recipe.Combinations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import picocli.CommandLine.ExitCode;

/** The runs of all combinations of some options, one after the other over the same base. */
final class Sweep {
  private static final String ACCURACY = "accuracyBest"; // in the summary of a classifier
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Console console;
  private final Path folder;
  private final List<Outcome> outcomes = new ArrayList<>();

  /**
   * How one run ended.
   *
   * @param values the swept ones
   * @param place of the run
   * @param summary as the run wrote it; null if it learned nothing
   */
  private record Outcome(Map<String, String> values, Path place, JsonNode summary) {
    /** The lowest loss on what is held out. */
    OptionalDouble loss() {
      return isDone() && summary.hasNonNull("evalLossBest")
          ? OptionalDouble.of(summary.get("evalLossBest").asDouble())
          : OptionalDouble.empty();
    }

    boolean isDone() {
      return summary != null && summary.path("outcome").asText().equals("done");
    }

    String text(String name) {
      return summary == null ? "" : summary.path(name).asText();
    }
  }

  /** What trains one combination. */
  interface Training {
    /**
     * Trains in that folder, or goes on there.
     *
     * @return whether the sweep may go on; false if the user stopped it
     */
    boolean run(Map<String, String> combination, Path place);
  }

  Sweep(Console console, Path folder) {
    this.console = console;
    this.folder = folder;
  }

  /**
   * Runs all that have not ended yet. One that fails is told, and the others go on.
   *
   * @return whether all were run
   */
  boolean run(List<Map<String, String>> combinations, Training training) {
    int number = 0;
    for (Map<String, String> combination : combinations) {
      Path place = folder.resolve(Combinations.folder(combination));
      console.note("sweep", "%d of %d: %s".formatted(++number, combinations.size(), place));
      if (!new Outcome(combination, place, summary(place)).isDone()
          && !finished(training, combination, place)) {
        return false;
      }
      outcomes.add(new Outcome(combination, place, summary(place)));
    }
    outcomes.sort(Comparator.comparingDouble(run -> run.loss().orElse(Double.MAX_VALUE)));
    return true;
  }

  private boolean finished(Training training, Map<String, String> combination, Path place) {
    try {
      return training.run(combination, place);
    } catch (RuntimeException failed) {
      if (!Errors.isClear(failed)) {
        throw failed;
      }
      console.error(Errors.explain(failed, false));
      return true;
    }
  }

  private static JsonNode summary(Path place) {
    Path file = place.resolve("summary.json");
    try {
      return Files.exists(file) ? JSON.readTree(file.toFile()) : null;
    } catch (IOException failed) {
      throw Failure.unreadable(file, failed);
    }
  }

  /**
   * Writes sweep.json, and tells the same: as JSON, or as a table and what the best run is.
   *
   * @return the exit code
   */
  int end(boolean json) {
    ObjectNode report = report();
    if (json) {
      console.result(report);
    } else {
      table();
      console.result("best", best());
    }
    long failed = outcomes.stream().filter(run -> run.loss().isEmpty()).count();
    if (failed > 0) {
      console.error(
          "%d of %d runs failed; 'lorax train --resume %s' tries them again"
              .formatted(failed, outcomes.size(), folder));
    }
    return failed == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private ObjectNode report() {
    ObjectNode report = JSON.createObjectNode();
    ArrayNode runs = report.putArray("runs");
    for (Outcome run : outcomes) {
      ObjectNode json = runs.addObject();
      run.values.forEach(json.putObject("options")::put);
      json.put("folder", run.place.toString());
      json.put("outcome", run.summary == null ? "failed" : run.text("outcome"));
      run.loss().ifPresent(loss -> json.put("loss", loss));
      if (run.summary != null) {
        json.set("summary", run.summary);
      }
    }
    AtomicFile.write(folder.resolve("sweep.json"), report.toPrettyString() + "\n");
    return report;
  }

  private void table() {
    List<String> names = List.copyOf(outcomes.get(0).values.keySet());
    List<List<String>> rows = new ArrayList<>();
    List<String> titles = new ArrayList<>(names);
    boolean isOfClasses =
        outcomes.stream().anyMatch(run -> run.summary != null && run.summary.has(ACCURACY));
    String quality = isOfClasses ? "accuracy" : "perplexity";
    titles.addAll(List.of("loss", quality, "step", "trained", "time"));
    rows.add(titles);
    outcomes.forEach(run -> rows.add(row(run)));
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < titles.size(); i++) {
      int column = i;
      widths.add(rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0));
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(i == 0 ? "" : "  ").append(("%" + widths.get(i) + "s").formatted(row.get(i)));
      }
      console.result(line.toString());
    }
  }

  private static List<String> row(Outcome run) {
    List<String> row = new ArrayList<>(run.values.values());
    if (run.loss().isEmpty()) {
      row.addAll(List.of("failed", "", "", "", ""));
      return row;
    }
    double loss = run.loss().getAsDouble();
    row.add(Figures.loss(loss));
    row.add(
        run.summary.has(ACCURACY)
            ? Figures.percent(run.summary.get(ACCURACY).asDouble())
            : Figures.perplexity(Math.exp(loss)));
    row.add(run.summary.path("bestStep").asText(run.text("steps")));
    row.add(Figures.count(run.summary.path("trainableParameters").asLong()));
    row.add(
        Figures.time(Duration.ofMillis((long) (1000 * run.summary.path("seconds").asDouble()))));
    return row;
  }

  /** What the best run was, and where its best adapter lies. */
  private String best() {
    Outcome best = outcomes.get(0);
    Path kept = best.place.resolve("best");
    return best.loss().isEmpty()
        ? "none: all failed"
        : "%s (%s)"
            .formatted(
                Files.exists(kept) ? kept : best.place,
                best.values.entrySet().stream()
                    .map(value -> value.getKey() + " " + value.getValue())
                    .collect(Collectors.joining(", ")));
  }
}
