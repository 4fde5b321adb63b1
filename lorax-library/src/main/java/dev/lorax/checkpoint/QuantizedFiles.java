package dev.lorax.checkpoint;

import dev.lorax.model.ModelConfig;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/** Recognises checkpoints whose weights another tool has quantised in a way that is not read. */
final class QuantizedFiles {
  /** What GPTQ, AWQ, compressed-tensors and FP8 store beside or instead of weights. */
  private static final Pattern TELLTALE =
      Pattern.compile(".*\\.(qweight|qzeros|weight_packed|weight_scale|weight_scale_inv)");

  private static final String FOUR_BIT_FLOATS = ".quant_state.bitsandbytes__fp4";
  private static final String FIELD = "quantization_config";

  private QuantizedFiles() {}

  /** One line that names the method, where the loader would list hundreds of tensors. */
  static void refuse(Path folder, ModelConfig config, Weights files) {
    if (files.names().stream().anyMatch(name -> name.endsWith(FOUR_BIT_FLOATS))) {
      throw refusal(folder, "bitsandbytes' fp4");
    }
    Set<String> known = BitsAndBytes.names(files);
    boolean odd =
        files.names().stream().anyMatch(name -> TELLTALE.matcher(name).matches())
            || config.has(FIELD)
                && files.names().stream()
                    .anyMatch(name -> !known.contains(name) && !isPlain(files, name));
    if (odd) {
      throw refusal(folder, method(config));
    }
  }

  private static String method(ModelConfig config) {
    return config.section(FIELD).map(c -> c.text("quant_method", "")).orElse("");
  }

  private static CheckpointException refusal(Path folder, String method) {
    return new CheckpointException(
        folder,
        "its weights are quantised%s, over which nothing is trained and into which nothing can be"
                .formatted(method.isEmpty() ? "" : " (" + method + ")")
            + " merged without loss: take the model that it was made from, in bf16, f16 or f32;"
            + " --dtype nf4, int8 or int4 quantises that");
  }

  private static boolean isPlain(Weights files, String name) {
    return files.info(name).orElseThrow().dtype().isFloating();
  }
}
