package dev.lorax.cli.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.cli.training.History;
import java.nio.file.Path;
import java.util.Optional;

/** The record of a run beside its adapter: summary.json, metrics.jsonl, loss.svg, report.html. */
public final class RunFiles {
  private RunFiles() {}

  /**
   * Writes all four for a run of which no log was kept.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if one cannot be written
   */
  public static void write(Path folder, History history, ObjectNode summary) {
    write(folder, Metrics.of(history), summary, Optional.empty());
  }

  /**
   * Writes all four.
   *
   * @param metrics of the whole run, for example from a {@link MetricsLog}
   * @param recipe its text; empty: as the summary has it
   * @throws dev.lorax.checkpoint.CheckpointException if one cannot be written
   */
  public static void write(
      Path folder, Metrics metrics, ObjectNode summary, Optional<String> recipe) {
    AtomicFile.write(folder.resolve("summary.json"), summary.toPrettyString() + "\n");
    metrics.write(folder.resolve("metrics.jsonl"));
    AtomicFile.write(folder.resolve("loss.svg"), LossChart.of(metrics));
    String title = folder.toAbsolutePath().normalize().getFileName().toString();
    AtomicFile.write(folder.resolve("report.html"), HtmlReport.of(title, metrics, summary, recipe));
  }
}
