package dev.lorax.diffusion;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A tensor's key, taken apart.
 *
 * @param stem what the tensors of a module have in common, as it stands in the file
 * @param style how it is spelled
 * @param part the network
 * @param name of the module in the spelling of the style
 * @param role what the tensor is
 */
record Key(String stem, KeyStyle style, Part part, String name, Role role) {
  /** What a tensor is to its module. */
  enum Role {
    DOWN,
    UP,
    ALPHA
  }

  /** The names that diffusers' first releases gave to parts of CLIP's attention. */
  private static final Map<String, String> OLD_CLIP =
      Map.of(
          "self_attn.to_q", "self_attn.q_proj",
          "self_attn.to_k", "self_attn.k_proj",
          "self_attn.to_v", "self_attn.v_proj",
          "self_attn.to_out", "self_attn.out_proj");

  /** The parts of a key; empty if no style has one like it. */
  static Optional<Key> parse(String key) {
    return Arrays.stream(KeyStyle.values()).flatMap(style -> style.parse(key).stream()).findFirst();
  }

  /** A key of Kohya's, whose stem is a prefix, an underscore and a name without dots. */
  static Optional<Key> kohya(String stem, Role role) {
    for (Part part : Part.values()) {
      for (String prefix : part.kohya()) {
        if (stem.startsWith(prefix + "_")) {
          String name = stem.substring(prefix.length() + 1);
          return Optional.of(new Key(stem, KeyStyle.KOHYA, part, name, role));
        }
      }
    }
    return Optional.empty();
  }

  /** A key of diffusers'; before there were text encoders in files, U-Nets had no prefix. */
  static Optional<Key> diffusers(String stem, Role role) {
    for (Part part : Part.values()) {
      if (stem.startsWith(part.diffusers() + ".")) {
        String name = stem.substring(part.diffusers().length() + 1);
        return Optional.of(new Key(stem, KeyStyle.DIFFUSERS, part, modern(part, name), role));
      }
    }
    return stem.matches("(down_blocks|mid_block|up_blocks)\\..*")
        ? Optional.of(new Key(stem, KeyStyle.DIFFUSERS, Part.UNET, modern(Part.UNET, stem), role))
        : Optional.empty();
  }

  private static String modern(Part part, String name) {
    String plain = name.replace(".processor.", ".");
    if (part == Part.UNET) {
      return plain.endsWith(".to_out") ? plain + ".0" : plain;
    }
    return OLD_CLIP.entrySet().stream()
        .filter(old -> plain.endsWith(old.getKey()))
        .findFirst()
        .map(old -> plain.replace(old.getKey(), old.getValue()))
        .orElse(plain);
  }

  /** Whether a family's files may have it: SDXL's first text encoder has a prefix of its own. */
  boolean suits(Family family) {
    return style != KeyStyle.KOHYA
        || part.kohya(family).filter(prefix -> stem.startsWith(prefix + "_")).isPresent();
  }
}
