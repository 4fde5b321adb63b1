package dev.lorax.cli.doctor;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.lora.Adaptation;
import dev.lorax.lora.Adapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All modules of one kind, such as the queries of all blocks.
 *
 * @param name the part of their names that all blocks share
 * @param modules how many they are
 * @param adapted how many of them have an adapter
 * @param trained parameters of their adapters, and those that are trained whole
 * @param frozen parameters of their own; what is tied counts where it is kept
 */
public record ModuleKind(String name, int modules, int adapted, long trained, long frozen) {
  /** The kinds of a model with an adapter, in the order in which the model computes. */
  public static List<ModuleKind> of(Adapter adapter) {
    Graph graph = adapter.graph();
    Map<String, ModuleKind> kinds = new LinkedHashMap<>();
    for (Node node : graph.order()) {
      boolean lora = node.op() instanceof Adaptation;
      long own =
          node.op().parameters().stream()
              .filter(parameter -> parameter.tiedTo().isEmpty())
              .mapToLong(ModuleKind::size)
              .sum();
      if (!node.op().parameters().isEmpty()) {
        String name = (lora ? adapter.target(node) : node).name().replaceFirst("^.*\\.\\d+\\.", "");
        ModuleKind one =
            lora
                ? new ModuleKind(name, 0, 1, own, 0)
                : new ModuleKind(name, 1, 0, copied(adapter, node), own);
        kinds.merge(name, one, ModuleKind::and);
      }
    }
    return List.copyOf(kinds.values());
  }

  private static long copied(Adapter adapter, Node node) {
    return node.op().parameters().stream()
        .filter(parameter -> adapter.copies().contains(node.name() + "." + parameter.name()))
        .mapToLong(ModuleKind::size)
        .sum();
  }

  private static long size(ParameterSpec parameter) {
    return parameter.shape().size();
  }

  private ModuleKind and(ModuleKind more) {
    return new ModuleKind(
        name,
        modules + more.modules,
        adapted + more.adapted,
        trained + more.trained,
        frozen + more.frozen);
  }
}
