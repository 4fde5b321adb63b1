package dev.lorax.lora;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code Wx + (alpha / r) · B · A · dropout(x)} (Hu et al. 2021, eq. 3).
 *
 * <p>Inputs: the target's value {@code Wx [tokens, out]} and what the target read, {@code x
 * [tokens, in]} or ids {@code [tokens]}. A is {@code [r, in]}, B is {@code [out, r]} and starts at
 * zero, so that a fresh adapter changes nothing. Values are computed in the target's type: over a
 * bfloat16 base, A and B are rounded to it on their way in, and learn in float32.
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
    implements Differentiable, Stepwise {
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
    Tensor a = call.parameter("a").to(wx.dtype());
    Tensor down =
        isLookup()
            ? Kernels.embedding(a.transpose(0, 1), call.input(1))
            : Kernels.linear(dropped(call.input(1), mask(call)), a, null);
    return sum(call, down);
  }

  /** The way back of a product; that of a lookup is left to the engine. */
  @Override
  public boolean serves(Set<String> trained) {
    return !isLookup();
  }

  /**
   * With {@code G} the gradient of the sum, {@code s} the scale and {@code h = x · Aᵀ}: B learns
   * {@code s · Gᵀ · h}, A learns {@code s · (G · B)ᵀ · x}, x gets {@code s · G · B · A}, and Wx
   * gets G as it is. A and B learn in their own type, which is float32 over a bfloat16 base.
   */
  @Override
  public Recorded record(Recording call) {
    Supplier<Tensor> input = call.keepInput(1);
    Tensor x = call.input(1);
    Tensor drawn = mask(call);
    Tensor mask = drawn == null ? null : call.keep(drawn);
    Tensor a = call.parameter("a");
    Tensor down = call.keep(Kernels.linear(dropped(x, mask), a.to(x.dtype()), null));
    return new Recorded(
        sum(call, down),
        gradient ->
            new Tensor[] {gradient, back(call, gradient, dropped(input.get(), mask), mask, down)});
  }

  private Tensor back(Recording call, Tensor gradient, Tensor dropped, Tensor mask, Tensor down) {
    Tensor a = call.parameter("a");
    Tensor b = call.parameter("b");
    Tensor up = gradient.matmul(b.to(gradient.dtype())).mulInPlace(scale()); // [tokens, r]
    if (call.trains("b")) {
      Tensor slope = down.transpose(0, 1).matmul(gradient); // [r, out]: the faster way round
      call.learn("b", slope.to(b.dtype()).mulInPlace(scale()).transpose(0, 1));
    }
    if (call.trains("a")) {
      call.learn("a", up.transpose(0, 1).matmul(dropped));
    }
    return call.wants(1) ? dropped(up.matmul(a.to(up.dtype())), mask) : null;
  }

  /**
   * Wx plus the scaled product of what A gave and B, written over Wx where nobody else reads it.
   */
  private Tensor sum(Call call, Tensor down) {
    Tensor wx = call.input(0);
    Tensor b = call.parameter("b").to(wx.dtype()).transpose(0, 1);
    return call.mayOverwrite(0)
        ? wx.addMatmulInPlace(down, b, scale())
        : wx.addProduct(down, b, scale());
  }

  /** 0 where a number of x is dropped, else 1 / (1 − p); null where nothing is. */
  private Tensor mask(Call call) {
    if (dropout == 0 || !call.mode().training() || isLookup()) {
      return null;
    }
    long seed = call.seed(dropoutSeed.orElse(call.mode().seed()));
    return call.input(1).bernoulliLike(1 - dropout, seed).mulInPlace(1 / (1 - dropout));
  }

  private static Tensor dropped(Tensor x, Tensor mask) {
    return mask == null ? x : x.mul(mask);
  }

  @Override
  public Step step(Bound parameters) {
    float[] a = parameters.floats("a");
    float[] b = transposed(parameters.floats("b"), rank);
    return call -> {
      Rows value = call.output(call.input(0).count(), target.out());
      value.copy(call.input(0));
      if (isLookup()) {
        StepKernels.addLowRank(call.ids(1), a, b, (float) scale(), value);
      } else {
        StepKernels.addLowRank(call.input(1), a, b, (float) scale(), value);
      }
    };
  }

  /** A matrix [n, columns] in row order as [columns, n]. */
  static float[] transposed(float[] matrix, int columns) {
    float[] result = new float[matrix.length];
    int n = matrix.length / columns;
    for (int i = 0; i < matrix.length; i++) {
      result[i % columns * n + i / columns] = matrix[i];
    }
    return result;
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
