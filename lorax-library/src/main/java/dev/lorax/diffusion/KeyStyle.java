package dev.lorax.diffusion;

import dev.lorax.diffusion.Key.Role;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** How files call their tensors. */
public enum KeyStyle {
  /**
   * sd-scripts: {@code lora_unet_mid_block_attentions_0_proj_in.lora_down.weight}, with the alpha
   * of each module.
   */
  KOHYA(
      Map.of(".lora_down.weight", Role.DOWN, ".lora_up.weight", Role.UP, ".alpha", Role.ALPHA),
      Key::kohya),
  /**
   * diffusers and PEFT: {@code unet.mid_block.attentions.0.proj_in.lora_A.weight}; three older
   * spellings are read too. Files have no alpha, so that B holds the scale.
   */
  DIFFUSERS(
      Map.of(
          ".lora_A.weight", Role.DOWN,
          ".lora_B.weight", Role.UP,
          ".lora.down.weight", Role.DOWN,
          ".lora.up.weight", Role.UP,
          ".lora_linear_layer.down.weight", Role.DOWN,
          ".lora_linear_layer.up.weight", Role.UP,
          "_lora.down.weight", Role.DOWN,
          "_lora.up.weight", Role.UP,
          ".alpha", Role.ALPHA),
      Key::diffusers);

  private final Map<String, Role> ends;
  private final BiFunction<String, Role, Optional<Key>> stems;

  KeyStyle(Map<String, Role> ends, BiFunction<String, Role, Optional<Key>> stems) {
    this.ends = ends;
    this.stems = stems;
  }

  Optional<Key> parse(String key) {
    return ends.entrySet().stream()
        .filter(end -> key.endsWith(end.getKey()))
        .flatMap(
            end ->
                stems
                    .apply(key.substring(0, key.length() - end.getKey().length()), end.getValue())
                    .stream())
        .findFirst();
  }

  /** The key of A of a stem. */
  String down(String stem) {
    return stem + (this == KOHYA ? ".lora_down.weight" : ".lora_A.weight");
  }

  /** The key of B of a stem. */
  String up(String stem) {
    return stem + (this == KOHYA ? ".lora_up.weight" : ".lora_B.weight");
  }

  /** As options and messages spell it: {@code kohya}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
