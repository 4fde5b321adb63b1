package dev.lorax.cli.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an adapter changes, module by module and layer by layer, for people and for programs.
 *
 * @param modules in topological order
 */
public record AdapterTable(List<AdapterModules.Module> modules) {
  private static final Pattern BLOCK = Pattern.compile(".*?\\.(\\d+)\\..*");
  private static final int BAR = 30; // characters of the longest

  /**
   * The adapted modules of a block together, or one outside the blocks.
   *
   * @param name {@code block 3}, or the module's
   * @param change Euclidean norm of all changes
   * @param weight Euclidean norm of the adapted weights
   */
  public record Layer(String name, double change, double weight) {
    /** The change as a share of the weights. */
    public double share() {
      return weight == 0 ? 0 : change / weight;
    }
  }

  /** The layers, in topological order. */
  public List<Layer> layers() {
    Map<String, List<AdapterModules.Module>> byLayer =
        modules.stream()
            .collect(
                Collectors.groupingBy(
                    module -> layer(module.name()), LinkedHashMap::new, Collectors.toList()));
    return byLayer.entrySet().stream()
        .map(layer -> layer(layer.getKey(), layer.getValue()))
        .toList();
  }

  private static String layer(String module) {
    Matcher block = BLOCK.matcher(module);
    return block.matches() ? "block " + block.group(1) : module;
  }

  private static Layer layer(String name, List<AdapterModules.Module> modules) {
    double change = modules.stream().mapToDouble(module -> Math.pow(module.change(), 2)).sum();
    double weight = modules.stream().mapToDouble(module -> Math.pow(module.weight(), 2)).sum();
    return new Layer(name, Math.sqrt(change), Math.sqrt(weight));
  }

  /** Adds fields {@code modules} and {@code layers}. */
  public void fill(ObjectNode json) {
    ArrayNode list = json.putArray("modules");
    modules.forEach(list::addPOJO);
    ArrayNode layers = json.putArray("layers");
    for (Layer layer : layers()) {
      layers.addPOJO(layer);
    }
  }

  /** Prints a table of modules, and a bar for each layer's change. */
  public void tell(Console console) {
    int width = modules.stream().mapToInt(module -> module.name().length()).max().orElse(1);
    console.result(
        "modules", " ".repeat(width) + "  rank  alpha  effective  stable  change norm  of weight");
    modules.forEach(module -> console.result("", row(module, width)));
    List<Layer> layers = layers();
    int name = layers.stream().mapToInt(layer -> layer.name().length()).max().orElse(1);
    double most = layers.stream().mapToDouble(Layer::share).max().orElse(0);
    console.result("layers", " ".repeat(name) + "  change norm  of weight");
    for (Layer layer : layers) {
      int length = most == 0 ? 0 : (int) Math.round(BAR * layer.share() / most);
      console.result(
          "",
          String.format(
                  Locale.ROOT,
                  "%-" + name + "s  %11.4g  %9s  %s",
                  layer.name(),
                  layer.change(),
                  Figures.percent(layer.share()),
                  "█".repeat(length))
              .stripTrailing());
    }
  }

  private static String row(AdapterModules.Module module, int width) {
    return String.format(
        Locale.ROOT,
        "%-" + width + "s  %4d  %5s  %9s  %6s  %11.4g  %9s",
        module.name(),
        module.rank(),
        Figures.number(module.alpha()),
        rank(module.effectiveRank()),
        rank(module.stableRank()),
        module.change(),
        Figures.percent(module.share()));
  }

  private static String rank(double rank) {
    return String.format(Locale.ROOT, "%.1f", rank);
  }
}
