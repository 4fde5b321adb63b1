package dev.lorax.parity;

import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.Source;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Which part of a tensor that PEFT trains one of our parameters is. */
record PeftTensor(String parameter, String key, UnaryOperator<Tensor> part) {
  private static final String PREFIX = "base_model.model.";

  private static final Map<String, String> SUFFIXES =
      Map.of(
          "a", ".lora_A.weight",
          "b", ".lora_B.weight",
          "bias", ".lora_B.bias",
          "magnitude", ".lora_magnitude_vector.weight",
          "rows", ".token_adapter.trainable_tokens_delta");

  /** Our part of such a tensor. */
  Tensor part(Tensor whole) {
    return part.apply(whole);
  }

  /**
   * Where PEFT keeps each parameter that an adapter trains.
   *
   * @param values tensors by such keys, each after {@code grad.}
   */
  static List<PeftTensor> of(LanguageModel base, Adapter adapter, Weights values) {
    List<PeftTensor> tensors = new ArrayList<>();
    for (Node node : adapter.adaptations()) {
      Source source = source(base, adapter.target(node).name() + ".weight");
      String module = PREFIX + source.tensor().replaceFirst("\\.weight$", "");
      node.op().parameters().stream()
          .filter(spec -> adapter.trained().names().contains(node.name() + "." + spec.name()))
          .forEach(
              spec -> {
                String name = spec.name();
                String key = key(values, module, SUFFIXES.get(name));
                boolean whole = name.equals("a") || name.equals("rows");
                tensors.add(
                    new PeftTensor(node.parameter(spec), key, whole ? t -> t : source::rows));
              });
    }
    for (String copy : adapter.copies()) {
      Source source = source(base, copy);
      int dot = source.tensor().lastIndexOf('.');
      String module = PREFIX + source.tensor().substring(0, dot);
      tensors.add(
          new PeftTensor(copy, key(values, module, source.tensor().substring(dot)), source::read));
    }
    return tensors;
  }

  private static Source source(LanguageModel base, String parameter) {
    return base.architecture().weights().source(parameter).orElseThrow();
  }

  /** The key under which there is a gradient, whichever way PEFT wraps the module. */
  private static String key(Weights values, String module, String suffix) {
    String embedding = suffix.replaceFirst("lora_([AB])\\.weight", "lora_embedding_$1");
    return Stream.of(
            module + suffix,
            module + embedding,
            module + ".base_layer" + suffix,
            module + ".modules_to_save" + suffix)
        .filter(key -> values.names().contains("grad." + key))
        .findFirst()
        .orElse(module + suffix);
  }
}
