package dev.lorax.cli.bench;

import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.generate.Prompt;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.AdapterBank;
import dev.lorax.lora.LoraConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A model as it runs: with its adapters.
 *
 * @param subject the base
 * @param adapter one of the adapters; empty: the base alone
 * @param bank all of them, where there are several
 */
record AdaptedModel(Subject subject, Optional<Adapter> adapter, Optional<AdapterBank> bank)
    implements AutoCloseable {
  static AdaptedModel of(Subject subject, LoraConfig config, int count) {
    if (count == 0) {
      return new AdaptedModel(subject, Optional.empty(), Optional.empty());
    }
    Adapter first = Adapters.random(subject, config, 1);
    return new AdaptedModel(
        subject,
        Optional.of(first),
        count == 1 ? Optional.empty() : Optional.of(bank(subject, config, first, count)));
  }

  private static AdapterBank bank(Subject subject, LoraConfig config, Adapter first, int count) {
    Map<String, Adapter> adapters = new LinkedHashMap<>();
    adapters.put("0", first);
    for (int i = 1; i < count; i++) {
      adapters.put(Integer.toString(i), Adapters.random(subject, config, 1 + i));
    }
    AdapterBank bank = AdapterBank.of(subject.graph(), adapters);
    adapters.values().stream().filter(other -> other != first).forEach(Adapter::close); // copied
    return bank;
  }

  /** How many adapters there are. */
  int count() {
    return bank.map(b -> b.names().size()).orElse(adapter.isPresent() ? 1 : 0);
  }

  /** How it generates. */
  GenerationBuilder generation() {
    return bank.map(b -> Generation.of(subject, b))
        .or(() -> adapter.map(a -> Generation.of(subject, a)))
        .orElseGet(() -> Generation.of(subject));
  }

  /** Generates from all prompts together, each with the next of the adapters. */
  void generate(GenerationBuilder generation, Prompts prompts) {
    if (bank.isEmpty()) {
      generation.promptIds(prompts.ids());
      return;
    }
    List<String> names = bank.get().names();
    generation.generate(
        IntStream.range(0, prompts.ids().size())
            .mapToObj(
                i ->
                    Prompt.of(
                        subject.tokenizer().decode(prompts.ids().get(i)),
                        names.get(i % names.size())))
            .toList());
  }

  /** Frees the adapters; the base stays with its owner. */
  @Override
  public void close() {
    bank.ifPresent(AdapterBank::close);
    adapter.ifPresent(Adapter::close);
  }
}
