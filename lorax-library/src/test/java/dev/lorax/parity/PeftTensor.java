package dev.lorax.parity;

import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.Source;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Which part of a tensor of PEFT's one of our parameters is. */
record PeftTensor(String parameter, String key, UnaryOperator<Tensor> rows) {
  Tensor part(Tensor whole) {
    return rows.apply(whole);
  }

  /** Where PEFT keeps each parameter of an adapter. */
  static List<PeftTensor> of(LanguageModel base, Adapter adapter) {
    List<PeftTensor> tensors = new ArrayList<>();
    for (Node node : adapter.nodes()) {
      Lora lora = (Lora) node.op();
      String weight = adapter.target(node).name() + ".weight";
      Source source = base.architecture().weights().source(weight).orElseThrow();
      String module = "base_model.model." + source.tensor().replaceFirst("\\.weight$", "");
      if (lora.sharedA().isEmpty()) {
        tensors.add(
            new PeftTensor(
                node.name() + ".a", module + ".lora_A.weight", UnaryOperator.identity()));
      }
      tensors.add(new PeftTensor(node.name() + ".b", module + ".lora_B.weight", source::rows));
    }
    return tensors;
  }
}
