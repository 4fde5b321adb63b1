package dev.lorax.diffusion;

import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The LoRA of a diffusion model, as files hold it.
 *
 * @param family whose modules it adapts; empty if no list has one of them
 * @param style how its file spells keys
 * @param modules in the order of their names
 * @param metadata strings beside the tensors, such as {@code ss_base_model_version}
 */
public record LoraFile(
    Optional<Family> family,
    KeyStyle style,
    List<LoraModule> modules,
    Map<String, String> metadata) {
  private static final int NAMED = 5; // in a message

  /**
   * Reads a file; its family is the one that explains most of its modules by name and shape.
   *
   * @param scope to which the tensors belong
   * @throws dev.lorax.checkpoint.CheckpointException if it holds anything but pairs of A and B and
   *     their alphas, or they do not fit each other (one message lists all of it)
   */
  public static LoraFile read(Path file, Scope scope) {
    return new LoraFileReader(file, scope).read();
  }

  /** The same as a file of a family: of models that share a text encoder, for example. */
  public LoraFile of(Family other) {
    List<LoraModule> found = modules.stream().map(module -> module.in(other)).toList();
    return new LoraFile(
        found.stream().anyMatch(LoraModule::isKnown) ? Optional.of(other) : Optional.empty(),
        style,
        found,
        metadata);
  }

  /** Modules that no list of the family's explains. */
  public List<LoraModule> unknown() {
    return modules.stream().filter(module -> !module.isKnown()).toList();
  }

  /**
   * This file, if the family's lists explain all of its modules.
   *
   * @throws IllegalArgumentException if not; the first are named
   */
  public LoraFile requireKnown() {
    List<LoraModule> unknown = unknown();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "%d of %d modules are in no list of %s, by name and shape: %s%s"
              .formatted(
                  unknown.size(),
                  modules.size(),
                  family.map(Family::toString).orElse("sd1, sd2 or sdxl"),
                  unknown.stream()
                      .limit(NAMED)
                      .map(LoraModule::identity)
                      .collect(Collectors.joining(", ")),
                  unknown.size() > NAMED ? " …" : ""));
    }
    return this;
  }

  /**
   * The weighted sum of several: ranks are added, which is exact in float32.
   *
   * @param weights of the files, in their order
   * @throws IllegalArgumentException if they are of different families
   */
  public static LoraFile sum(List<LoraFile> files, List<Double> weights) {
    LoraFile first = files.get(0);
    Map<String, LoraModule> sums = new LinkedHashMap<>();
    for (int i = 0; i < files.size(); i++) {
      LoraFile file = files.get(i);
      if (!file.family.equals(first.family)) {
        throw new IllegalArgumentException(
            "file %d is of %s and file 1 of %s: only LoRAs of one family have a sum"
                .formatted(i + 1, file.familyName(), first.familyName()));
      }
      double weight = weights.get(i);
      for (LoraModule module : file.modules) {
        sums.merge(module.identity(), module.times(weight), (sum, added) -> sum.and(added, 1));
      }
    }
    List<LoraModule> modules = List.copyOf(sums.values());
    return new LoraFile(first.family, first.style, modules, shared(files, modules));
  }

  private String familyName() {
    return family.map(Family::toString).orElse("no known family");
  }

  /** What all files say, and the network's new size as sd-scripts' own merging tells it. */
  private static Map<String, String> shared(List<LoraFile> files, List<LoraModule> modules) {
    Map<String, String> shared = new HashMap<>(files.get(0).metadata);
    files.forEach(file -> shared.entrySet().retainAll(file.metadata.entrySet()));
    String rank =
        modules.stream().map(LoraModule::rank).distinct().count() == 1
            ? Integer.toString(modules.get(0).rank())
            : "Dynamic";
    shared.put("ss_network_dim", rank);
    shared.put("ss_network_alpha", rank);
    return shared;
  }

  /**
   * Writes a file.
   *
   * <p>In diffusers' style B holds the scale, and the modules of a network have one rank, with
   * zeros where there is less: diffusers takes the alpha of all from the rank of one. Kohya's style
   * keeps ranks and alphas.
   *
   * @param type f32, f16 or bf16
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be written
   */
  public void write(Path file, KeyStyle wanted, DType type) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new TreeMap<>();
      Map<Part, Integer> ranks = new HashMap<>();
      modules.forEach(module -> ranks.merge(module.part(), module.rank(), Math::max));
      for (LoraModule module : modules) {
        LoraModule.Spelled spelled = module.spelled(wanted, family);
        boolean hasAlpha = spelled.style() == KeyStyle.KOHYA;
        LoraModule stored = hasAlpha ? module : module.plain(ranks.get(module.part()));
        tensors.put(spelled.style().down(spelled.stem()), stored.down().to(type).contiguous());
        tensors.put(spelled.style().up(spelled.stem()), stored.up().to(type).contiguous());
        if (hasAlpha) {
          tensors.put(spelled.stem() + ".alpha", Tensor.of(new float[] {(float) stored.alpha()}));
        }
      }
      SafetensorsWriter.write(file, tensors, written());
    }
  }

  /** Hashes of the old tensors are left out. */
  private Map<String, String> written() {
    Map<String, String> kept = new TreeMap<>(metadata);
    kept.keySet().removeIf(name -> name.startsWith("sshs_"));
    kept.putAll(SafetensorsWriter.FORMAT);
    return kept;
  }

  /** The type of most of its tensors. */
  public DType type() {
    List<DType> types = new ArrayList<>();
    modules.forEach(module -> types.add(module.down().dtype()));
    return types.stream()
        .collect(Collectors.groupingBy(type -> type, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .orElseThrow()
        .getKey();
  }
}
