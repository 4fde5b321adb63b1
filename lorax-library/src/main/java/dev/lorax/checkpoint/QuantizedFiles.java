package dev.lorax.checkpoint;

import dev.lorax.model.ModelConfig;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Recognises checkpoints whose weights another tool has quantised, which none of ours can be. */
final class QuantizedFiles {
  /**
   * What GPTQ, AWQ, bitsandbytes, compressed-tensors and FP8 store beside or instead of weights.
   */
  private static final Pattern TELLTALE =
      Pattern.compile(
          ".*\\.(qweight|qzeros|SCB|absmax|quant_map|weight_packed|weight_scale|weight_scale_inv)"
              + "|.*\\.quant_state\\..*");

  private static final String FIELD = "quantization_config";

  private QuantizedFiles() {}

  /** One line that names the method, where the loader would list hundreds of tensors. */
  static void refuse(Path folder, ModelConfig config, Weights files) {
    boolean odd =
        files.names().stream().anyMatch(name -> TELLTALE.matcher(name).matches())
            || config.has(FIELD) && files.names().stream().anyMatch(name -> !isPlain(files, name));
    if (odd) {
      String method = config.section(FIELD).map(c -> c.text("quant_method", "")).orElse("");
      throw new CheckpointException(
          folder,
          "its weights are quantised%s, over which nothing is trained and into which nothing can be"
                  .formatted(method.isEmpty() ? "" : " (" + method + ")")
              + " merged without loss: take the model that it was made from, in bf16, f16 or f32;"
              + " --dtype int8 or int4 quantises that for generating text");
    }
  }

  private static boolean isPlain(Weights files, String name) {
    return files.info(name).orElseThrow().dtype().isFloating();
  }
}
