package dev.lorax.diffusion;

import java.util.List;
import java.util.Optional;

/** A network of a diffusion model, and what files put before the names of its modules. */
public enum Part {
  /** The U-Net that removes noise. */
  UNET("unet", List.of("lora_unet")),
  /** The text encoder, or the first of several. */
  TEXT_ENCODER("text_encoder", List.of("lora_te", "lora_te1")),
  /** The second text encoder of SDXL. */
  TEXT_ENCODER_2("text_encoder_2", List.of("lora_te2")),
  /** The third of Stable Diffusion 3, or what else is new: no list of modules is known. */
  TEXT_ENCODER_3("text_encoder_3", List.of("lora_te3")),
  /** The transformer of Stable Diffusion 3 and FLUX: no list of modules is known. */
  TRANSFORMER("transformer", List.of());

  private final String diffusers;
  private final List<String> kohya;

  Part(String diffusers, List<String> kohya) {
    this.diffusers = diffusers;
    this.kohya = kohya;
  }

  /** The prefix in diffusers' files, without the dot after it. */
  public String diffusers() {
    return diffusers;
  }

  /** The prefixes in Kohya's files, without the underscore after them. */
  List<String> kohya() {
    return kohya;
  }

  /** The prefix in Kohya's files of a family: SDXL counts its text encoders. */
  Optional<String> kohya(Family family) {
    boolean counted = this == TEXT_ENCODER && family == Family.SDXL;
    return kohya.stream().skip(counted ? 1 : 0).findFirst();
  }
}
