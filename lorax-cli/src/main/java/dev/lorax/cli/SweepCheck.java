package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.ClassifierFolder;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.DataOptions;
import dev.lorax.cli.training.HeldOut;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.TrainingOptions;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Map;

/** Whether all runs of a sweep can be trained, and be ranked, before the first begins. */
final class SweepCheck {
  private final Checkpoint base;
  private Map<String, String> first;
  private List<IntBuffer> measured;

  SweepCheck(Checkpoint base) {
    this.base = base;
  }

  /**
   * Prepares a run as training would, without a step, and compares what it is measured on with that
   * of the first.
   *
   * @throws Failure if it cannot be trained, or its loss could not be ranked beside the first's
   */
  void add(
      Map<String, String> combination,
      DataOptions data,
      LoraOptions lora,
      TrainingOptions options) {
    requireOneHead(combination);
    requireSame(combination, SweptCommand.made(combination, () -> heldOut(data, lora, options)));
  }

  /** The base is opened once for all runs, with its head. */
  private void requireOneHead(Map<String, String> combination) {
    if (combination.containsKey("seed") && !ClassifierFolder.drawn(base).isEmpty()) {
      throw Failure.usage(
          "--sweep seed: %s has no head that chooses classes, and all runs of a sweep begin with the same"
                  .formatted(base.folder())
              + " new one: train each seed by itself");
    }
  }

  private List<IntBuffer> heldOut(DataOptions data, LoraOptions lora, TrainingOptions options) {
    try (Material material = data.open(base, options);
        AdapterTraining training =
            new AdapterTraining(base, lora.config(base), material, options)) {
      return training.plan().heldOut().map(HeldOut::sequences).orElse(List.of());
    }
  }

  private void requireSame(Map<String, String> combination, List<IntBuffer> sequences) {
    if (sequences.isEmpty()) {
      throw Failure.usage(
          "--sweep ranks runs by held-out loss, and nothing is held out: give --held-out, or"
              + " --validation");
    }
    if (measured == null) {
      first = combination;
      measured = sequences;
    } else if (!measured.equals(sequences)) {
      throw Failure.usage(
          ("--sweep %s: it is measured on other tokens than %s, so that their losses cannot be"
                  + " ranked: train them apart, or, where seed or data differ, give --validation FILE"
                  + " for all")
              .formatted(combination, first));
    }
  }
}
