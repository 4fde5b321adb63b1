package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which of the base's own parameters are trained besides the low-rank products: the adapter holds
 * copies of them.
 */
public interface Copies {
  /** None. */
  Copies NONE = (base, targets) -> Set.of();

  /**
   * Full names of parameters of the base.
   *
   * @param base the graph before injection
   * @param targets which nodes are adapted
   * @throws IllegalArgumentException if something that was asked for is not there
   */
  Set<String> names(Graph base, Predicate<Node> targets);

  /** Every bias of the model: PEFT's {@code bias="all"}. */
  static Copies biases() {
    return (base, targets) -> required("bias", base.order().stream(), Copies::biasesOf);
  }

  /** The biases of adapted nodes: PEFT's {@code bias="lora_only"}. */
  static Copies biasesOfTargets() {
    return (base, targets) ->
        required("bias of a target", base.order().stream().filter(targets), Copies::biasesOf);
  }

  /**
   * All parameters of the nodes of those names: PEFT's {@code modules_to_save}.
   *
   * @param suffixes whole names or ends of names, such as {@code language_modeling_head.output}
   */
  static Copies nodes(String... suffixes) {
    return nodes(Targets.named(suffixes));
  }

  /** All parameters of those nodes. */
  static Copies nodes(Targets which) {
    return (base, targets) -> {
      which.check(base);
      return required(
          "parameter of " + which,
          base.order().stream().filter(which),
          node -> node.op().parameters().stream().map(spec -> own(node, spec)));
    };
  }

  /** These and others. */
  default Copies and(Copies others) {
    return (base, targets) -> {
      Set<String> names = new LinkedHashSet<>(names(base, targets));
      names.addAll(others.names(base, targets));
      return names;
    };
  }

  private static Set<String> required(
      String what, Stream<Node> nodes, Function<Node, Stream<String>> names) {
    Set<String> found = new LinkedHashSet<>(nodes.flatMap(names).toList());
    if (found.isEmpty()) {
      throw new IllegalArgumentException("The model has no %s to train".formatted(what));
    }
    return found;
  }

  private static Stream<String> biasesOf(Node node) {
    return node.op().parameters().stream()
        .filter(spec -> spec.name().equals("bias"))
        .map(node::parameter);
  }

  /** The name of a parameter as the node's own, whether it is tied or not. */
  private static String own(Node node, ParameterSpec spec) {
    return node.name() + "." + spec.name();
  }
}
