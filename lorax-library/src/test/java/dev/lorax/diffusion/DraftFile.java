package dev.lorax.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Forward;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests on a LoRA file that they put together first. */
class DraftFile {
  static final String QUERY =
      "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
  static final String VALUE = "lora_te_text_model_encoder_layers_0_self_attn_v_proj";
  static final String CONV = "lora_unet_down_blocks_0_resnets_0_conv1";

  @TempDir Path folder;
  final Scope scope = new Scope();
  final Map<String, Tensor> tensors = new HashMap<>();
  int seed;

  @AfterEach
  void close() {
    scope.close();
  }

  void put(String stem, int in, int out, int rank) {
    tensors.put(stem + ".lora_down.weight", normal(rank, in));
    tensors.put(stem + ".lora_up.weight", normal(out, rank));
  }

  void convolution(String stem, int in, int out, int rank) {
    tensors.put(stem + ".lora_down.weight", normal(rank, in, 3, 3));
    tensors.put(stem + ".lora_up.weight", normal(out, rank, 1, 1));
  }

  Tensor normal(long... shape) {
    return Tensor.normal(DType.F32, 1, seed++, shape);
  }

  void alpha(String stem, float alpha) {
    tensors.put(stem + ".alpha", Tensor.of(new float[] {alpha}));
  }

  LoraFile written(String name) {
    return written(name, SafetensorsWriter.FORMAT);
  }

  LoraFile written(String name, Map<String, String> metadata) {
    Path file = folder.resolve(name);
    SafetensorsWriter.write(file, tensors, metadata);
    return LoraFile.read(file, scope);
  }

  LoraFile again(LoraFile file, KeyStyle style) {
    Path path = folder.resolve("again-%d.safetensors".formatted(seed++));
    file.write(path, style, DType.F32);
    return LoraFile.read(path, scope);
  }

  Set<String> keys(LoraFile file, KeyStyle style) {
    Path path = folder.resolve("keys.safetensors");
    file.write(path, style, DType.F32);
    try (Safetensors stored = Safetensors.open(path)) {
      return stored.names();
    }
  }

  /** What is added to the weight, flat. */
  static float[] change(LoraModule module) {
    Tensor down = module.down().to(DType.F32);
    Tensor up = module.up().to(DType.F32);
    Tensor product =
        up.view(up.size(0), up.size(1)).matmul(down.view(down.size(0), -1)).mul(module.scale());
    return product.toFloats();
  }

  static Map<String, float[]> changes(LoraFile file) {
    return file.modules().stream()
        .collect(
            Collectors.toMap(module -> module.part() + " " + module.name(), DraftFile::change));
  }

  static void requireSame(Map<String, float[]> found, Map<String, float[]> wanted) {
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach(
        (name, change) ->
            assertThat(Forward.difference(found.get(name), change)).as(name).isLessThan(1e-4));
  }
}
