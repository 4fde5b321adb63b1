package dev.lorax.lora;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * LoRA whose product begins as a part of the weight, and which takes that part away: {@code Wx +
 * scale · (B · A − B₀ · A₀) · x}.
 *
 * <p>PEFT writes {@code W − scale · B₀ · A₀} into the base instead. Here the base stays what it is,
 * to the last bit, and the adapter is at any time a plain one of twice the rank, which fits the
 * base that everybody has.
 *
 * @param lora the product of A and B; A₀ and B₀ are where they began
 */
public record ResidualLora(Lora lora) implements LowRank, Differentiable, Stepwise {
  private static final String START_A = "start_a";
  private static final String START_B = "start_b";

  @Override
  public List<ParameterSpec> parameters() {
    List<ParameterSpec> parameters = new ArrayList<>(lora.parameters());
    Initializer none = new Initializer.Constant(0);
    parameters.add(ParameterSpec.of(START_A, none, lora.rank(), target().in()));
    parameters.add(ParameterSpec.of(START_B, none, target().out(), lora.rank()));
    return parameters;
  }

  @Override
  public Set<String> frozen() {
    return Set.of(START_A, START_B);
  }

  @Override
  public Map<String, Tensor> first(Beginning beginning) {
    Map<String, Tensor> values = new HashMap<>(lora.first(beginning));
    values.put(START_A, values.get("a").copy());
    values.put(START_B, values.get("b").copy());
    return values;
  }

  /** A over A₀, and B beside −B₀. */
  private static Factors both(Function<String, Tensor> own) {
    return new Factors(
        Tensor.cat(0, own.apply("a"), own.apply(START_A)),
        Tensor.cat(1, own.apply("b"), own.apply(START_B).neg()));
  }

  @Override
  public Tensor apply(Call call) {
    return lora.apply(call, both(call::parameter));
  }

  @Override
  public boolean serves(Set<String> trained) {
    return lora.serves(trained);
  }

  @Override
  public Recorded record(Recording call) {
    return lora.record(call, () -> both(call::parameter));
  }

  @Override
  public Pullback retrace(Recording call) {
    return lora.retrace(call, () -> both(call::parameter));
  }

  @Override
  public Step step(Bound parameters) {
    try (Scope scope = new Scope()) {
      Factors both = both(name -> (Tensor) parameters.weight(name));
      return lora.step(both.a().toFloats(), both.b().transpose(0, 1).toFloats());
    }
  }

  @Override
  public Optional<Factors> plain(Function<String, Tensor> own) {
    return Optional.of(both(own));
  }

  @Override
  public Map<String, Tensor> merge(Function<String, Tensor> target, Function<String, Tensor> own) {
    Tensor change = both(own).product().mul(lora.scale());
    return Map.of("weight", target.apply("weight").add(lora.oriented(change)));
  }

  @Override
  public String toString() {
    return lora.described("ResidualLora", "");
  }
}
