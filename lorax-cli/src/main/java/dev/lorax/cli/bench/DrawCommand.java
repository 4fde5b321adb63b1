package dev.lorax.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.report.CostCurves;
import dev.lorax.cli.report.CostCurves.Column;
import dev.lorax.cli.report.CostCurves.Cost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code lorax bench draw}: a page of curves from records of benchmarks, for the script that makes
 * them. A record is {@code {"axis": "batch", "x": 4, "result": …}}, the result what {@code --json}
 * prints.
 */
@Command(name = "draw", hidden = true, description = "Draws curves of cost, for docs/benchmarks.")
final class DrawCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RECORDS", description = "A file of records, one after the other.")
  private Path records;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The SVG file.")
  private Path out;

  @Option(names = "--note", paramLabel = "TEXT", description = "What was held fast.")
  private String note = "";

  @Override
  public Integer call() {
    Map<String, List<JsonNode>> axes = axes();
    if (axes.isEmpty()) {
      throw Failure.of(records + " holds no record: run docs/benchmarks/curves.sh");
    }
    List<Column> columns = new ArrayList<>();
    axes.forEach((axis, measured) -> columns.add(column(axis, measured)));
    JsonNode any = axes.values().iterator().next().get(0).get("result");
    String where =
        "%s, %s, %s cores, Java %s, %s"
            .formatted(
                note,
                any.at("/machine/processor").asText(),
                any.at("/machine/cores").asText(),
                any.at("/machine/java").asText(),
                any.path("date").asText().replaceFirst("T.*", ""));
    try {
      Files.writeString(out, CostCurves.of("Cost as work grows", where, columns));
    } catch (IOException failed) {
      throw Failure.unwritable(out, failed);
    }
    return ExitCode.OK;
  }

  private Map<String, List<JsonNode>> axes() {
    Map<String, List<JsonNode>> axes = new LinkedHashMap<>();
    try (MappingIterator<JsonNode> all =
        new ObjectMapper().readerFor(JsonNode.class).readValues(records.toFile())) {
      while (all.hasNext()) {
        JsonNode record = all.next();
        axes.computeIfAbsent(record.path("axis").asText(), axis -> new ArrayList<>()).add(record);
      }
      return axes;
    } catch (IOException failed) {
      throw Failure.unreadable(records, failed);
    }
  }

  private static Column column(String axis, List<JsonNode> measured) {
    boolean decoding = measured.get(0).at("/result/bench").asText().equals("decode");
    List<Cost> costs =
        measured.stream()
            .map(
                record ->
                    new Cost(
                        record.path("x").asDouble(),
                        record.at("/result/milliseconds/median").asDouble(),
                        record.at("/result/memory/peakAnonymousBytes").asDouble()))
            .toList();
    return new Column(axis, decoding ? "token" : "step", costs);
  }
}
