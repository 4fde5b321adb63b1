package dev.lorax.lora;

import dev.lorax.graph.Node;

/**
 * How a low-rank product enters its target: added, as plain LoRA, or as {@link Dora} or {@link
 * BiasedLora} have it.
 */
@FunctionalInterface
public interface Form {
  /** Added. */
  Form PLAIN = (target, lora) -> lora;

  /** The op that follows a target. */
  LowRank of(Node target, Lora lora);
}
