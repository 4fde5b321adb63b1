package dev.lorax.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Step;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The record of a run beside its adapter: summary.json, metrics.jsonl, loss.svg. */
public final class RunFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunFiles() {}

  /**
   * Writes all three.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if one cannot be written
   */
  public static void write(Path folder, History history, ObjectNode summary) {
    AtomicFile.write(folder.resolve("summary.json"), summary.toPrettyString() + "\n");
    AtomicFile.write(folder.resolve("metrics.jsonl"), metrics(history));
    AtomicFile.write(folder.resolve("loss.svg"), LossChart.of(history));
  }

  /** One JSON object a line: step 0 with the first measurement if there was one, then each step. */
  static String metrics(History history) {
    Map<Long, Measure> measures =
        history.measures().stream().collect(Collectors.toMap(Measure::step, Function.identity()));
    StringBuilder lines = new StringBuilder();
    history.before().ifPresent(first -> lines.append(measured(line(0), first)).append('\n'));
    for (Step step : history.steps()) {
      ObjectNode line = line(step.number());
      line.put("loss", step.loss());
      line.put("learningRate", step.learningRate());
      line.put("gradientNorm", step.gradientNorm());
      line.put("tokens", step.tokens());
      line.put("seconds", step.time().toNanos() / 1e9);
      if (measures.containsKey(step.number())) {
        measured(line, measures.get(step.number()));
      }
      lines.append(line).append('\n');
    }
    return lines.toString();
  }

  private static ObjectNode line(long step) {
    return JSON.createObjectNode().put("step", step);
  }

  private static ObjectNode measured(ObjectNode line, Measure measure) {
    return line.put("evalLoss", measure.evaluation().loss());
  }
}
