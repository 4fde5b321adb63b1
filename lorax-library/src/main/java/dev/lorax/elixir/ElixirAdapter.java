package dev.lorax.elixir;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes an adapter of a {@code .lorax} file. */
public final class ElixirAdapter {
  private ElixirAdapter() {}

  /**
   * Reads an adapter for a base; its values become float32.
   *
   * <p>Rank and targets are those of the file. Of one without names, as they were before 0.2, it
   * takes two layers a block for query and value, and three for key as well.
   *
   * @param alpha as it was in training, which the file does not say
   * @throws CheckpointException if the file is damaged or does not fit the base
   */
  public static Adapter read(Path file, LanguageModel base, double alpha) {
    LoraxParameters parameters = LoraxParameters.read(file);
    Set<String> targets = Set.copyOf(parameters.targets(base.graph()));
    LoraConfig config =
        LoraConfig.builder()
            .rank(parameters.rank())
            .alpha(alpha)
            .targets(node -> targets.contains(node.name()))
            .build();
    return read(file, parameters, base, config);
  }

  /**
   * Reads an adapter for a base; its values become float32.
   *
   * @param config as it was in training, which the file does not say: rank, alpha and targets. Mind
   *     that versions of the Elixir package differ in whether keys are targeted by default
   * @throws CheckpointException if the file is damaged, or fits neither base nor configuration; one
   *     message lists what is missing, left over and mis-shaped
   * @throws IllegalArgumentException if no node of the base matches the targets
   */
  public static Adapter read(Path file, LanguageModel base, LoraConfig config) {
    return read(file, LoraxParameters.read(file), base, config);
  }

  private static Adapter read(
      Path file, LoraxParameters parameters, LanguageModel base, LoraConfig config) {
    Graph injected = Lorax.inject(base.graph(), config);
    List<Node> nodes = injected.order().stream().filter(node -> node.op() instanceof Lora).toList();
    Map<String, LoraLayer> layers =
        parameters.of(nodes.stream().map(ElixirAdapter::adapted).toList());
    for (Node node : nodes) {
      check(file, node, layers.get(adapted(node)));
    }
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (Node node : nodes) {
      List<ParameterSpec> specs = node.op().parameters();
      values.put(node.parameter(specs.get(0)), layers.get(adapted(node)).a());
      values.put(node.parameter(specs.get(1)), layers.get(adapted(node)).b());
    }
    return Adapter.of(injected, Parameters.of(values));
  }

  private static void check(Path file, Node node, LoraLayer layer) {
    Shape a = node.op().parameters().get(0).shape();
    Shape b = node.op().parameters().get(1).shape();
    if (layer.shapeOfA().get(0) != a.get(0)) {
      String what = "its rank is %d, not %d: say so in the configuration, and alpha as in training";
      throw new CheckpointException(file, what.formatted(layer.shapeOfA().get(0), a.get(0)));
    }
    if (!layer.shapeOfA().equals(a) || !layer.shapeOfB().equals(b)) {
      String what = "has %s for %s, where A %s and B %s are needed: it is of another base model";
      throw new CheckpointException(file, what.formatted(layer, adapted(node), a, b));
    }
  }

  private static String adapted(Node lora) {
    return Lorax.targetOf(lora.name());
  }
}
