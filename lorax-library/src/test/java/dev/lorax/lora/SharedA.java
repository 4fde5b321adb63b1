package dev.lorax.lora;

import dev.lorax.graph.Node;
import dev.lorax.op.Linear;
import java.util.Optional;
import java.util.function.Predicate;

/** Adapters of query, key and value with one A together, as PEFT has them where they are fused. */
final class SharedA {
  private SharedA() {}

  /** The adapter of a node: key and value use the A of their query. */
  static Optional<LowRank> choice(Node node, LoraConfig config, Predicate<Node> others) {
    return switch (node.lastName()) {
      case "query" -> Optional.of(lora(node, config, Optional.empty()));
      case "key", "value" -> Optional.of(lora(node, config, Optional.of(owner(node))));
      default ->
          others.test(node) ? Optional.of(lora(node, config, Optional.empty())) : Optional.empty();
    };
  }

  private static String owner(Node node) {
    return node.name().replaceFirst("(key|value)$", "query.lora.a");
  }

  private static Lora lora(Node node, LoraConfig config, Optional<String> owner) {
    return new Lora(
        (Linear) node.op(),
        config.rank(),
        config.scaling(),
        config.dropout(),
        config.start(),
        owner);
  }
}
