package dev.lorax.lora;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.op.Dense;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * LoRA whose B has a bias: {@code Wx + scale · (B · A · x + bias)}. PEFT's {@code lora_bias}; it is
 * of use where a change was taken out of two models whose biases differ.
 *
 * @param lora the product
 */
public record BiasedLora(Lora lora) implements LowRank, Differentiable, Stepwise {
  /**
   * The form of a target's adapter.
   *
   * @throws IllegalArgumentException if the target is a table
   */
  public static BiasedLora of(Node target, Lora lora) {
    if (lora.isLookup()) {
      throw new IllegalArgumentException(
          "%s is a table, whose adapter takes no bias".formatted(target.name()));
    }
    return new BiasedLora(lora);
  }

  @Override
  public List<ParameterSpec> parameters() {
    List<ParameterSpec> parameters = new ArrayList<>(lora.parameters());
    parameters.add(ParameterSpec.of("bias", new Initializer.Constant(0), target().out()));
    return parameters;
  }

  @Override
  public Map<String, Tensor> first(Beginning beginning) {
    Map<String, Tensor> values = new HashMap<>(lora.first(beginning));
    values.put("bias", Tensor.zeros(DType.F32, target().out()));
    return values;
  }

  @Override
  public Tensor apply(Call call) {
    Tensor sum = lora.apply(call);
    return sum.add(offset(call, sum));
  }

  private Tensor offset(Call call, Tensor sum) {
    return call.parameter("bias").mul(lora.scale()).to(sum.dtype());
  }

  @Override
  public boolean serves(Set<String> trained) {
    return lora.serves(trained);
  }

  /** As LoRA's; the bias learns the scaled sum of all rows. */
  @Override
  public Recorded record(Recording call) {
    Recorded plain = lora.record(call);
    return new Recorded(
        plain.value().add(offset(call, plain.value())), learning(call, plain.pullback()));
  }

  @Override
  public Pullback retrace(Recording call) {
    return learning(call, lora.retrace(call));
  }

  private Pullback learning(Recording call, Pullback plain) {
    return gradient -> {
      if (call.trains("bias")) {
        call.learn(
            "bias", gradient.to(call.parameter("bias").dtype()).sum(0).mulInPlace(lora.scale()));
      }
      return plain.apply(gradient);
    };
  }

  @Override
  public Step step(Bound parameters) {
    Step plain = lora.step(parameters);
    float[] offset = parameters.floats("bias");
    for (int i = 0; i < offset.length; i++) {
      offset[i] *= (float) lora.scale();
    }
    return call -> {
      Rows value = call.output(target().out());
      plain.compute(call);
      StepKernels.addBias(offset, value);
    };
  }

  @Override
  public Optional<Factors> plain(Function<String, Tensor> own) {
    return Optional.empty();
  }

  @Override
  public Map<String, Tensor> merge(Function<String, Tensor> target, Function<String, Tensor> own) {
    if (!(target() instanceof Dense dense) || !dense.bias()) {
      throw new IllegalArgumentException(
          "the adapter has a bias and its target has none: keep it unmerged");
    }
    Map<String, Tensor> merged = new HashMap<>(lora.merge(target, own));
    Tensor change = own.apply("bias").to(DType.F32).mul(lora.scale());
    merged.put("bias", target.apply("bias").add(change));
    return merged;
  }

  @Override
  public String toString() {
    return lora.described("Lora", ", bias");
  }
}
