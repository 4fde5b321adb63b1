package dev.lorax.cli.bench;

import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import java.util.Optional;

/**
 * A model as it runs: with its adapters.
 *
 * @param subject the base
 * @param adapter one of the adapters; empty: the base alone
 * @param count how many there are
 */
record AdaptedModel(Subject subject, Optional<Adapter> adapter, int count)
    implements AutoCloseable {
  static AdaptedModel of(Subject subject, LoraConfig config, int count) {
    return count == 0
        ? new AdaptedModel(subject, Optional.empty(), 0)
        : new AdaptedModel(subject, Optional.of(Adapters.random(subject, config, 1)), count);
  }

  /** How it generates. */
  GenerationBuilder generation() {
    return adapter.map(a -> Generation.of(subject, a)).orElseGet(() -> Generation.of(subject));
  }

  /** Frees the adapters; the base stays with its owner. */
  @Override
  public void close() {
    adapter.ifPresent(Adapter::close);
  }
}
