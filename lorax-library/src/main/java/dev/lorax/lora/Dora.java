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
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Weight-decomposed adaptation (Liu et al. 2024, eq. 5): the rows of {@code W' = W + scale · B · A}
 * keep their directions, and get lengths that are learned: {@code magnitude / ‖W'‖ · W'}.
 *
 * <p>The lengths ‖W'‖ are no path for gradients, as the paper's section 4.3 advises. They take no
 * matrix of W's size: {@code ‖W'‖² = ‖W‖² + 2 · scale · ⟨B, W·Aᵀ⟩ + scale² · ⟨B, B·A·Aᵀ⟩}, row by
 * row, where ‖W‖² never changes. Dropout is that of the product alone.
 *
 * @param lora the product
 * @param weight full name of the target's weight
 * @param bias full name of the target's bias, if it has one
 */
public record Dora(Lora lora, String weight, Optional<String> bias)
    implements LowRank, Differentiable, Stepwise {
  private static final double SHORTEST = 1e-30; // squared: a row of zeros has no direction

  /** The form of a target's adapter. */
  public static Dora of(Node target, Lora lora) {
    List<ParameterSpec> specs = target.op().parameters();
    boolean biased = target.op() instanceof Dense dense && dense.bias();
    return new Dora(
        lora,
        target.parameter(specs.get(0)),
        biased ? Optional.of(target.parameter(specs.get(1))) : Optional.empty());
  }

  @Override
  public List<ParameterSpec> parameters() {
    int in = target().in();
    int out = target().out();
    List<ParameterSpec> parameters = new ArrayList<>(lora.parameters());
    parameters.add(ParameterSpec.of("magnitude", new Initializer.Constant(1), out));
    parameters.add(ParameterSpec.of("squares", new Initializer.Constant(1), out));
    parameters.add(
        lora.isLookup()
            ? ParameterSpec.tied("weight", weight, in, out)
            : ParameterSpec.tied("weight", weight, out, in));
    bias.ifPresent(name -> parameters.add(ParameterSpec.tied("bias", name, out)));
    return parameters;
  }

  /** The squared lengths of W's rows, which are those of the base. */
  @Override
  public Set<String> frozen() {
    return Set.of("squares");
  }

  @Override
  public Map<String, Tensor> first(Beginning beginning) {
    Map<String, Tensor> values = new HashMap<>(lora.first(beginning));
    Tensor squares = beginning.weight(target()).square().sum(1);
    values.put("squares", squares);
    values.put(
        "magnitude",
        values.containsKey("a") // another node's is not known, and B begins as zero
            ? lengths(values::get, beginning.base().orElseThrow())
            : squares.sqrt());
    return values;
  }

  @Override
  public Tensor apply(Call call) {
    Tensor sum = lora.apply(call);
    return stretched(call, sum, call.parameter("magnitude").div(lengths(call)));
  }

  private Tensor lengths(Call call) {
    return lengths(call::parameter, call.weight("weight"));
  }

  /** The lengths of the rows of W', float32 [out]. */
  private Tensor lengths(Function<String, Tensor> own, Weight frozen) {
    try (Gradients off = Gradients.off()) {
      Tensor a = own.apply("a").detach();
      Tensor b = own.apply("b").detach();
      Tensor inner = projected(a, frozen).to(a.dtype()).mul(2 * lora.scale());
      Tensor gram = a.matmul(a.transpose(0, 1)); // [r, r]
      Tensor both = inner.addProduct(b, gram, lora.scale() * lora.scale());
      return both.mul(b).sum(1).add(own.apply("squares")).atLeast(SHORTEST).sqrt();
    }
  }

  /** W · Aᵀ, [out, r]. */
  private Tensor projected(Tensor a, Weight frozen) {
    if (lora.isLookup()) {
      return frozen.dense(a.dtype()).transpose(0, 1).matmul(a.transpose(0, 1));
    }
    Tensor rows = frozen instanceof Tensor plain ? a.to(plain.dtype()) : a;
    return frozen.multiply(rows, null).transpose(0, 1);
  }

  /** {@code sum + (ratio − 1) · (sum − bias)}: exactly the sum where the ratio is 1. */
  private Tensor stretched(Call call, Tensor sum, Tensor ratio) {
    Tensor excess = ratio.add(-1).to(sum.dtype());
    return sum.add(unbiased(call, sum).mul(excess));
  }

  private Tensor unbiased(Call call, Tensor sum) {
    return bias.isPresent() ? sum.sub(call.parameter("bias").to(sum.dtype())) : sum;
  }

  /** The engine records where the target's own bias or weight is trained, too. */
  @Override
  public boolean serves(Set<String> trained) {
    return lora.serves(trained) && !trained.contains("bias") && !trained.contains("weight");
  }

  /**
   * With G the gradient and {@code u = Wx + scale · B · A · x} without bias: the magnitude learns
   * {@code Σ G · u / ‖W'‖}, and all else has LoRA's way back from {@code ratio · G}.
   */
  @Override
  public Recorded record(Recording call) {
    Recorded plain = lora.record(call);
    Tensor sum = call.keep(plain.value());
    Tensor lengths = call.keep(lengths(call));
    Tensor ratio = call.keep(call.parameter("magnitude").div(lengths));
    return new Recorded(
        stretched(call, sum, ratio),
        gradient -> {
          if (call.trains("magnitude")) {
            Tensor share = gradient.mul(unbiased(call, sum)).to(lengths.dtype()).sum(0);
            call.learn("magnitude", share.div(lengths));
          }
          return plain.pullback().apply(gradient.mul(ratio.to(gradient.dtype())));
        });
  }

  @Override
  public Step step(Bound parameters) {
    Step plain = lora.step(parameters);
    float[] offset = bias.map(name -> parameters.floats("bias")).orElse(null);
    float[] excess = excess(parameters);
    return call -> {
      Rows value = call.output(target().out());
      plain.compute(call);
      float[] values = value.values();
      int width = value.width();
      for (int i = 0; i < value.count() * width; i++) {
        float base = offset == null ? 0 : offset[i % width];
        values[i] += excess[i % width] * (values[i] - base);
      }
    };
  }

  /** The ratio less 1, which no longer changes. */
  private float[] excess(Bound parameters) {
    try (Scope scope = new Scope()) {
      Tensor lengths =
          lengths(name -> (Tensor) parameters.weight(name), parameters.weight("weight"));
      return ((Tensor) parameters.weight("magnitude")).div(lengths).add(-1).toFloats();
    }
  }

  @Override
  public Optional<Factors> plain(Function<String, Tensor> own) {
    return Optional.empty();
  }

  @Override
  public Map<String, Tensor> merge(Function<String, Tensor> target, Function<String, Tensor> own) {
    Tensor sum = lora.oriented(target.apply("weight").add(lora.delta(own))); // [out, in]
    Tensor lengths = sum.square().sum(1).atLeast(SHORTEST).sqrt();
    Tensor ratio = own.apply("magnitude").to(DType.F32).div(lengths).view(-1, 1);
    return Map.of("weight", lora.oriented(sum.mul(ratio)));
  }

  @Override
  public String toString() {
    return lora.described("Dora", "");
  }
}
