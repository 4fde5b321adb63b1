package dev.lorax.mlx;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.ModuleTable;
import dev.lorax.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The modules of a base as mlx-lm calls them, which for most models is as the checkpoint does. */
final class MlxNames {
  private static final Map<String, String> SAME = Map.of();

  /** Beginnings of names that mlx-lm changes, by type of model; types are left out if unknown. */
  static final Map<String, Map<String, String>> CHANGED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("gemma", SAME),
              Map.entry("gemma2", SAME),
              Map.entry("gemma3_text", SAME),
              Map.entry("gpt2", Map.of("transformer.", "model.")),
              Map.entry("gpt_bigcode", SAME),
              Map.entry(
                  "gpt_neox",
                  Map.of(
                      "gpt_neox.layers.", "model.h.",
                      "gpt_neox.embed_in", "model.embed_in",
                      "embed_out", "model.embed_out")),
              Map.entry("granite", SAME),
              Map.entry("llama", SAME),
              Map.entry("mistral", SAME),
              Map.entry("olmo2", SAME),
              Map.entry("phi3", SAME),
              Map.entry("qwen2", SAME),
              Map.entry("qwen3", SAME),
              Map.entry("smollm3", SAME)));

  private static final Pattern IN_LAYER =
      Pattern.compile("(?:model\\.layers|model\\.h|transformer\\.h)\\.(\\d+)\\.(.+)");

  private final Map<String, String> checkpoint = new LinkedHashMap<>(); // by MLX's name
  private final ModuleTable table;
  private final Map<String, Shape> shapes;
  private final int layers;

  /**
   * The names of a base's modules.
   *
   * @throws IllegalArgumentException if mlx-lm's names for such a model are not known
   */
  MlxNames(LanguageModel base) {
    Map<String, String> changes = changes(base);
    table = ModuleTable.of(base);
    shapes = table.shapes();
    shapes.keySet().forEach(name -> checkpoint.put(changed(changes, name), name));
    layers =
        checkpoint.keySet().stream()
            .flatMap(name -> Place.of(name).layer().stream())
            .mapToInt(layer -> layer + 1)
            .max()
            .orElse(0);
  }

  private static Map<String, String> changes(LanguageModel base) {
    String type = base instanceof Checkpoint known ? known.config().text("model_type") : "";
    return Optional.ofNullable(CHANGED.get(type))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "mlx-lm's names for modules of '%s' are not known; those of %s are"
                        .formatted(type, String.join(", ", CHANGED.keySet()))));
  }

  private static String changed(Map<String, String> changes, String name) {
    return changes.entrySet().stream()
        .filter(change -> name.startsWith(change.getKey()))
        .findFirst()
        .map(change -> change.getValue() + name.substring(change.getKey().length()))
        .orElse(name);
  }

  /**
   * Where a module is.
   *
   * @param layer its number; empty outside the layers
   * @param key its name in the layer, or its whole name
   */
  record Place(Optional<Integer> layer, String key) {
    static Place of(String name) {
      Matcher matcher = IN_LAYER.matcher(name);
      return matcher.matches()
          ? new Place(Optional.of(Integer.parseInt(matcher.group(1))), matcher.group(2))
          : new Place(Optional.empty(), name);
    }
  }

  /** How many layers the model has. */
  int layers() {
    return layers;
  }

  /** All modules that can be adapted, by MLX's names, with the checkpoint's. */
  Map<String, String> modules() {
    return checkpoint;
  }

  /** Those modules by the checkpoint's names. */
  ModuleTable table() {
    return table;
  }

  /** [out, in] of a module of the checkpoint. */
  Shape shape(String module) {
    return shapes.get(module);
  }
}
