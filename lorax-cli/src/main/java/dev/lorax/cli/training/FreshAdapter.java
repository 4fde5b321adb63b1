package dev.lorax.cli.training;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.eva.Eva;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.EvaStart;
import dev.lorax.lora.LoftqStart;
import dev.lorax.lora.LoraConfig;
import dev.lorax.model.LanguageModel;
import dev.lorax.train.Batches;

/** Makes an adapter that has learned nothing yet, with what its start needs beside the base. */
final class FreshAdapter {
  private FreshAdapter() {}

  /**
   * The adapter.
   *
   * @param batches what will be learned from
   * @throws Failure if configuration, model and data do not fit together
   */
  static Adapter of(LanguageModel base, LoraConfig config, Batches batches, long seed) {
    return Failure.orUsage(
        () -> {
          if (config.start() instanceof EvaStart) {
            return Eva.adapter(base, config, batches, seed);
          }
          return config.start() instanceof LoftqStart
              ? loftq(base, config, seed)
              : Adapter.initial(base, config, seed);
        });
  }

  /** The weights that were quantised are looked at where they lie. */
  private static Adapter loftq(LanguageModel base, LoraConfig config, long seed) {
    if (!(base instanceof Checkpoint checkpoint) || !base.parameters().isQuantized()) {
      throw Failure.usage("--init loftq makes up for what quantising loses: add --dtype nf4");
    }
    try (Checkpoint original = Checkpoint.open(checkpoint.folder())) {
      if (original.parameters().isQuantized()) {
        throw Failure.usage(
            "--init loftq needs the weights that were quantised, which %s does not hold"
                .formatted(checkpoint.folder()));
      }
      return Adapter.initial(base, config.starting(new LoftqStart(original.parameters())), seed);
    }
  }
}
