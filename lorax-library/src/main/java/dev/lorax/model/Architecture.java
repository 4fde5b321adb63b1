package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A model without its weights: its graph, and where checkpoints keep its parameters.
 *
 * <p>The graph reads token ids and positions ({@code [tokens]}) and gives logits ({@code [tokens,
 * vocabulary]}, or those of the rows asked for); a {@link Classifier}'s are those of classes.
 */
public interface Architecture {
  /** The architectures that {@link #of} knows, by the {@code model_type} of config.json. */
  Map<String, Function<ModelConfig, Architecture>> KNOWN =
      Map.ofEntries(
          Map.entry("bert", Bert::from),
          Map.entry("gemma", Gemma::from),
          Map.entry("gemma2", Gemma2::from),
          Map.entry("gemma3", Gemma3::textOf),
          Map.entry("gemma3_text", Gemma3::from),
          Map.entry("gpt2", Gpt2::from),
          Map.entry("gpt_bigcode", GptBigCode::from),
          Map.entry("gpt_neox", GptNeoX::from),
          Map.entry("gptj", GptJ::from),
          Map.entry("granite", Granite::from),
          Map.entry("llama", Llama::from),
          Map.entry("mistral", Mistral::from),
          Map.entry("mixtral", Mixtral::from),
          Map.entry("olmo2", Olmo2::from),
          Map.entry("opt", Opt::from),
          Map.entry("phi3", Phi3::from),
          Map.entry("qwen2", Qwen2::from),
          Map.entry("qwen3", Qwen3::from),
          Map.entry("qwen3_moe", Qwen3Moe::from),
          Map.entry("roberta", Roberta::from),
          Map.entry("smollm3", SmolLm3::from));

  /**
   * The architecture that a config.json describes.
   *
   * @throws ModelConfigException if its type is unknown (the message lists the known ones) or a
   *     field is missing
   */
  static Architecture of(ModelConfig config) {
    String type = config.text("model_type");
    Function<ModelConfig, Architecture> reader = KNOWN.get(type);
    if (reader == null) {
      throw new ModelConfigException(
          "%s: unknown model_type '%s'. Known are %s"
              .formatted(config.source(), type, String.join(", ", new TreeMap<>(KNOWN).keySet())));
    }
    return reader.apply(config);
  }

  /** The program. */
  Graph graph();

  /** Where checkpoint files keep its parameters. */
  WeightMap weights();

  /**
   * The ends of names of the nodes that PEFT adapts unless told otherwise, for {@code
   * Targets.named}: query and value, where an architecture does not say otherwise. PEFT itself
   * knows no defaults for some; those say so.
   */
  default List<String> defaultTargets() {
    return List.of("query", "value");
  }

  /** The number of tokens it tells apart. */
  int vocabulary();

  /** The longest sequence it was made for. */
  int context();
}
