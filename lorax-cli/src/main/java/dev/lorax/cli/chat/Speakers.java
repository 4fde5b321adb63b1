package dev.lorax.cli.chat;

import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.hub.OpenAdapters;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.graph.Parameterized;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Who may answer: the base, and the base with each of some adapters. */
public final class Speakers {
  private static final String BASE = "base";

  private final Parameterized base;
  private final OpenAdapters adapters;
  private final Function<String, ModelSource> sources;
  private final Function<Parameterized, GenerationBuilder> generation;
  private final Map<Optional<String>, GenerationBuilder> builders = new HashMap<>();
  private Optional<String> current;

  /**
   * The first of the adapters speaks, or the base if there is none.
   *
   * @param sources reads where another adapter is
   * @param generation how a model generates
   */
  public Speakers(
      Parameterized base,
      OpenAdapters adapters,
      Function<String, ModelSource> sources,
      Function<Parameterized, GenerationBuilder> generation) {
    this.base = base;
    this.adapters = adapters;
    this.sources = sources;
    this.generation = generation;
    current = names().stream().findFirst();
  }

  /** The names of the adapters. */
  List<String> names() {
    return List.copyOf(adapters.byName().keySet());
  }

  /** Lets the base speak. */
  void base() {
    current = Optional.empty();
  }

  /** Lets an adapter speak: one that is open, or one of that place. */
  void adapter(String nameOrPlace) {
    current =
        Optional.of(
            names().contains(nameOrPlace)
                ? nameOrPlace
                : adapters.open(sources.apply(nameOrPlace)));
  }

  /** Who speaks. */
  String name() {
    return current.orElse(BASE);
  }

  /** How the speaker generates. */
  GenerationBuilder speaking() {
    return of(current);
  }

  /** How the base generates. */
  GenerationBuilder ofBase() {
    return of(Optional.empty());
  }

  /** The adapter that speaks, or the first one while the base does. */
  Optional<String> compared() {
    return current.or(() -> names().stream().findFirst());
  }

  GenerationBuilder of(Optional<String> adapter) {
    return builders.computeIfAbsent(
        adapter,
        name -> generation.apply(name.isEmpty() ? base : adapters.byName().get(name.get())));
  }
}
