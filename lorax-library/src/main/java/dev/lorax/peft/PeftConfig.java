package dev.lorax.peft;

import dev.lorax.lora.NamePatterns;
import dev.lorax.lora.TokenIds;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What adapter_config.json says.
 *
 * @param base what the base model was called
 * @param rank of modules that no pattern names
 * @param alpha likewise
 * @param dropout in training
 * @param rankStabilized whether the scale is alpha / √r (Kalajdzievski 2023) instead of alpha / r
 * @param targets suffixes of module names; empty: the file's tensors say which
 * @param ranks of modules whose name ends in a pattern
 * @param alphas likewise
 * @param fanInFanOut whether matrices are stored as [in, out]
 * @param form how the products enter
 * @param bias which biases are trained: none, all or lora_only
 * @param modulesToSave ends of names of modules that are trained whole
 * @param tokens whose rows of the embedding are trained
 */
record PeftConfig(
    Base base,
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilized,
    List<String> targets,
    Map<String, Integer> ranks,
    Map<String, Double> alphas,
    boolean fanInFanOut,
    PeftForm form,
    String bias,
    List<String> modulesToSave,
    TokenIds tokens) {

  static final String FILE = "adapter_config.json";

  /**
   * A base model.
   *
   * @param name a folder, or owner and name on the hub
   * @param revision where it is one of the hub's
   */
  record Base(String name, Optional<String> revision) {}

  /** The rank of a module. */
  int rankOf(String module) {
    return new NamePatterns<>(ranks).of(module).orElse(rank);
  }

  /** The alpha of a module. */
  double alphaOf(String module) {
    return new NamePatterns<>(alphas).of(module).orElse(alpha);
  }

  /** Whether the targets, as a list of suffixes, name a module. */
  boolean targets(String module) {
    return isNamed(targets, module);
  }

  /** Whether a module, or one that it is a part of, is trained whole. */
  boolean saves(String module) {
    return isSaved(modulesToSave, module);
  }

  /** Whether a module, or one that it is a part of, has one of those names. */
  static boolean isSaved(List<String> suffixes, String module) {
    int dot = module.lastIndexOf('.');
    return isNamed(suffixes, module) || dot > 0 && isSaved(suffixes, module.substring(0, dot));
  }

  /** Whether a name is one of these or ends in a dot and one of these. */
  static boolean isNamed(List<String> suffixes, String module) {
    return suffixes.stream().anyMatch(end -> module.equals(end) || module.endsWith("." + end));
  }
}
