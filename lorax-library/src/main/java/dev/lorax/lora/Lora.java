package dev.lorax.lora;

import dev.lorax.graph.Call;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.Op;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code Wx + (alpha / r) · B · A · dropout(x)} (Hu et al. 2021, eq. 3).
 *
 * <p>Inputs: the target's value {@code Wx [tokens, out]} and what the target read, {@code x
 * [tokens, in]} or ids {@code [tokens]}. A is {@code [r, in]}, B is {@code [out, r]} and starts at
 * zero, so that a fresh adapter changes nothing. The sum is formed in A's type and rounded once to
 * the target's.
 *
 * @param target the op adapted
 * @param rank r
 * @param alpha numerator of the scale
 * @param dropout probability of dropping a number of x in training; ids are not dropped
 * @param dropoutSeed a seed of its own; empty: that of the run
 * @param initializer how A is made at first
 * @param sharedA full name of another node's A that this one uses; empty: its own
 */
public record Lora(
    Linear target,
    int rank,
    double alpha,
    double dropout,
    OptionalLong dropoutSeed,
    Initializer initializer,
    Optional<String> sharedA)
    implements Op {
  /** An adapter of that op with an A of its own, as a configuration describes it. */
  static Lora of(Linear target, LoraConfig config) {
    return new Lora(
        target,
        config.rank(),
        config.alpha(),
        config.dropout(),
        config.dropoutSeed(),
        config.initializer(),
        Optional.empty());
  }

  /** The factor alpha / r. */
  public double scale() {
    return alpha / rank;
  }

  /** Whether x comes as ids. */
  public boolean isLookup() {
    return target instanceof Embedding;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        sharedA
            .map(owner -> ParameterSpec.tied("a", owner, rank, target.in()))
            .orElseGet(() -> ParameterSpec.of("a", initializer, rank, target.in())),
        ParameterSpec.of("b", new Initializer.Constant(0), target.out(), rank));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor wx = call.input(0);
    Tensor a = call.parameter("a");
    Tensor b = call.parameter("b");
    Tensor down = isLookup() ? Kernels.embedding(a.transpose(0, 1), call.input(1)) : down(call, a);
    return wx.to(a.dtype()).addProduct(down, b.transpose(0, 1), scale()).to(wx.dtype());
  }

  /** A · dropout(x): [tokens, r]. */
  private Tensor down(Call call, Tensor a) {
    Tensor x = call.input(1).to(a.dtype());
    if (dropout > 0 && call.mode().training()) {
      long seed = call.seed(dropoutSeed.orElse(call.mode().seed()));
      Tensor mask = x.bernoulliLike(1 - dropout, seed).mulInPlace(1 / (1 - dropout));
      x = x.mul(mask);
    }
    return Kernels.linear(x, a, null);
  }

  @Override
  public String toString() {
    String dropped = dropout > 0 ? ", dropout %s".formatted(dropout) : "";
    return "Lora(%d -> %d -> %d, alpha %s%s)"
        .formatted(target.in(), rank, target.out(), number(alpha), dropped);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
