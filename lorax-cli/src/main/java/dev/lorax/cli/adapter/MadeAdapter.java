package dev.lorax.cli.adapter;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.algebra.Approximated;
import dev.lorax.algebra.Approximation;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import java.nio.file.Path;
import java.util.IntSummaryStatistics;
import java.util.Locale;

/**
 * What was made, for people and for programs.
 *
 * @param made the adapter, and how well it stands for what it was made of
 * @param out its folder
 */
record MadeAdapter(Approximated made, Path out) {
  private static final int SHOWN = 10;

  private IntSummaryStatistics ranks() {
    return made.adapter().nodes().stream()
        .mapToInt(node -> made.adapter().lora(node).rank())
        .summaryStatistics();
  }

  ObjectNode json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("out", out.toString());
    json.put("parameters", made.adapter().trained().count());
    json.put("smallestRank", ranks().getMin()).put("largestRank", ranks().getMax());
    json.put("lostShare", made.lostShare());
    ArrayNode modules = json.putArray("modules");
    for (Approximation module : made.modules()) {
      ObjectNode object = modules.addObject();
      object.put("name", module.module()).put("rank", module.rank());
      object.put("change", module.norm()).put("lostShare", module.lostShare());
    }
    made.left().forEach(json.putArray("leftOut")::add);
    return json;
  }

  void tell(Console console) {
    IntSummaryStatistics ranks = ranks();
    String span =
        ranks.getMin() == ranks.getMax()
            ? "rank " + ranks.getMax()
            : "ranks %d to %d".formatted(ranks.getMin(), ranks.getMax());
    console.result(
        "adapter",
        "%s numbers, %s".formatted(Figures.count(made.adapter().trained().count()), span));
    if (!made.modules().isEmpty()) {
      losses(console);
    }
    if (!made.left().isEmpty()) {
      String more = made.left().size() > SHOWN ? " …" : "";
      console.result(
          "left out",
          "%d that differ too: %s%s"
              .formatted(
                  made.left().size(),
                  String.join(", ", made.left().stream().limit(SHOWN).toList()),
                  more));
    }
    console.result("saved", out.toString());
  }

  private void losses(Console console) {
    int width = made.modules().stream().mapToInt(m -> m.module().length()).max().orElse(1);
    console.result("modules", " ".repeat(width) + "  rank  change norm       lost");
    for (Approximation module : made.modules()) {
      console.result(
          "",
          String.format(
              Locale.ROOT,
              "%-" + width + "s  %4d  %11.4g  %9s",
              module.module(),
              module.rank(),
              module.norm(),
              Figures.percent(module.lostShare())));
    }
    console.result("lost", "%s of the change".formatted(Figures.percent(made.lostShare())));
  }
}
