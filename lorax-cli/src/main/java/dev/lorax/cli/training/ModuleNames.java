package dev.lorax.cli.training;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.TextClassifier;
import dev.lorax.cli.console.Failure;
import dev.lorax.graph.Node;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Targets;
import dev.lorax.model.Classifier;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.WeightMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the checkpoint calls things, beside the names of the graph.
 *
 * @param base whose checkpoint; empty where only the options are looked at
 */
record ModuleNames(Optional<LanguageModel> base) {
  /** Targets by names of either kind. */
  Targets in(Targets targets) {
    return targets.alsoCalled(this::of);
  }

  /** What a model that chooses classes learns them in, and is trained whole. */
  Optional<Copies> head() {
    return base.filter(model -> model.architecture() instanceof Classifier)
        .map(model -> TextClassifier.head((Checkpoint) model));
  }

  /** What PEFT adapts in this architecture unless told otherwise, by the graph's names. */
  String[] defaults() {
    return base.map(model -> model.architecture().defaultTargets())
        .orElse(List.of("query", "value"))
        .toArray(String[]::new);
  }

  /** The module that holds a node's weight, or the node's own name. */
  private String of(Node node) {
    return base.flatMap(model -> model.architecture().weights().source(node.name() + ".weight"))
        .map(source -> WeightMap.module(source.tensor()))
        .orElse(node.name());
  }

  /**
   * A token's id, from a number or the token itself.
   *
   * @throws Failure if the model has no such token
   */
  int token(String text) {
    if (text.matches("\\d{1,9}")) {
      return Integer.parseInt(text);
    }
    OptionalInt id = base.orElseThrow().tokenizer().id(text);
    if (id.isEmpty()) {
      throw Failure.usage(
          "--train-tokens %s: no token is called so; give its id, or the token as the tokenizer"
                  .formatted(text)
              + " writes it");
    }
    return id.getAsInt();
  }
}
