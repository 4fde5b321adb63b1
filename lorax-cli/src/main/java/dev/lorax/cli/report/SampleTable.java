package dev.lorax.cli.report;

import static dev.lorax.cli.report.Markup.element;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.report.Metric.Continuation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How the model went on with the same prompts, from the base to the end of the training. */
final class SampleTable {
  private static final int MOST_PROMPTS = 20; // the page stays small
  private static final int MOST_MOMENTS = 12;
  private static final int LONGEST = 1200;

  private final Map<String, List<Moment>> prompts = new LinkedHashMap<>();

  private record Moment(String when, String text) {}

  private SampleTable() {}

  /** A table for each prompt; empty if nothing was sampled. */
  static String of(Metrics metrics, JsonNode summary) {
    SampleTable table = new SampleTable();
    List<JsonNode> ends = new ArrayList<>();
    summary.path("samples").forEach(ends::add);
    if (summary.path("sample").isObject()) {
      ends.add(summary.get("sample"));
    }
    ends.forEach(end -> table.add(end, "base"));
    for (Metric.Sampled sampled : metrics.of(Metric.Sampled.class)) {
      for (Continuation sample : sampled.samples()) {
        table.add(sample.prompt(), "step " + Figures.count(sampled.step()), sample.text());
      }
    }
    ends.forEach(end -> table.add(end, "adapted"));
    return table.prompts.entrySet().stream()
        .limit(MOST_PROMPTS)
        .map(entry -> element("h3", entry.getKey()) + rows(entry.getValue()))
        .collect(Collectors.joining());
  }

  private void add(JsonNode end, String when) {
    if (end.has(when)) {
      add(end.path("prompt").asText(), when, end.get(when).asText());
    }
  }

  private void add(String prompt, String when, String text) {
    prompts.computeIfAbsent(prompt, unknown -> new ArrayList<>()).add(new Moment(when, text));
  }

  private static String rows(List<Moment> moments) {
    StringBuilder rows = new StringBuilder("<table><tbody>\n");
    int shown = Math.min(MOST_MOMENTS, moments.size());
    for (int i = 0; i < shown; i++) { // evenly, the first and the last among them
      Moment moment = moments.get(i * (moments.size() - 1) / Math.max(1, shown - 1));
      rows.append("<tr>")
          .append(element("th", moment.when()))
          .append(element("td class=\"text\"", shortened(moment.text())))
          .append("</tr>\n");
    }
    return rows + "</tbody></table>\n";
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " …";
  }
}
