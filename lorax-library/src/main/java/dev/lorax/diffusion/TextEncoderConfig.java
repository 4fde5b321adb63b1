package dev.lorax.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sizes of a CLIP text encoder.
 *
 * @param part which of the model's it is
 * @param layers how many blocks
 * @param width of a token's vector; the layers between are four times as wide
 * @param projection the width of what the whole text becomes, if that is a module
 */
record TextEncoderConfig(Part part, int layers, int width, Optional<Integer> projection) {
  List<NetworkModule> modules() {
    List<NetworkModule> modules = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      String block = "text_model.encoder.layers." + layer;
      for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        modules.add(new NetworkModule(part, block + ".self_attn." + name, width, width));
      }
      modules.add(new NetworkModule(part, block + ".mlp.fc1", width, 4 * width));
      modules.add(new NetworkModule(part, block + ".mlp.fc2", 4 * width, width));
    }
    projection.ifPresent(
        out -> modules.add(new NetworkModule(part, "text_projection", width, out)));
    return modules;
  }
}
