package dev.lorax.diffusion;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Models that have the same modules. */
public enum Family {
  /** Stable Diffusion 1.x: CLIP ViT-L. */
  SD1(
      new UnetConfig(List.of(320, 640, 1280, 1280), List.of(1, 1, 1, 0), 768, false),
      List.of(new TextEncoderConfig(Part.TEXT_ENCODER, 12, 768, Optional.empty()))),
  /** Stable Diffusion 2.x: OpenCLIP ViT-H without its last layer. */
  SD2(
      new UnetConfig(List.of(320, 640, 1280, 1280), List.of(1, 1, 1, 0), 1024, false),
      List.of(new TextEncoderConfig(Part.TEXT_ENCODER, 23, 1024, Optional.empty()))),
  /** Stable Diffusion XL: CLIP ViT-L and OpenCLIP ViT-bigG. */
  SDXL(
      new UnetConfig(List.of(320, 640, 1280), List.of(0, 2, 10), 2048, true),
      List.of(
          new TextEncoderConfig(Part.TEXT_ENCODER, 12, 768, Optional.empty()),
          new TextEncoderConfig(Part.TEXT_ENCODER_2, 32, 1280, Optional.of(1280))));

  private final List<NetworkModule> modules = new ArrayList<>();
  private final Map<Part, Map<String, NetworkModule>> byName = new HashMap<>();

  Family(UnetConfig unet, List<TextEncoderConfig> encoders) {
    modules.addAll(new UnetModules(unet).list());
    encoders.forEach(encoder -> modules.addAll(encoder.modules()));
    for (NetworkModule module : modules) {
      Map<String, NetworkModule> names =
          byName.computeIfAbsent(module.part(), part -> new HashMap<>());
      names.put(module.path(), module);
      names.put(NetworkModule.flat(module.path()), module);
      names.put(NetworkModule.flat(module.original()), module);
    }
  }

  /** All modules that LoRA can adapt. */
  List<NetworkModule> modules() {
    return modules;
  }

  /** The module of a name in whatever spelling. */
  Optional<NetworkModule> module(Part part, String name) {
    return Optional.ofNullable(byName.getOrDefault(part, Map.of()).get(name));
  }

  /** As options and messages spell it: {@code sdxl}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
