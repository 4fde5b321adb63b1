package dev.lorax.cli.export;

import dev.lorax.cli.console.Failure;
import java.util.Map;
import java.util.TreeMap;

/** The targets by name; a new one is a class, and a line here. */
public final class Targets {
  private static final Map<String, ExportTarget> KNOWN =
      new TreeMap<>(
          Map.of(
              "gguf", new GgufTarget(),
              "merged-gguf", new MergedGgufTarget(),
              "peft", new PeftTarget(),
              "mlx", new MlxTarget(),
              "ollama", new OllamaTarget()));

  private Targets() {}

  /** All of them, in the order of their names. */
  public static Map<String, ExportTarget> known() {
    return KNOWN;
  }

  /**
   * The target of a name.
   *
   * @throws Failure if there is none
   */
  public static ExportTarget named(String name) {
    ExportTarget target = KNOWN.get(name);
    if (target == null) {
      throw Failure.usage(
          "--to %s is no form that is known: give one of %s"
              .formatted(name, String.join(", ", KNOWN.keySet())));
    }
    return target;
  }
}
