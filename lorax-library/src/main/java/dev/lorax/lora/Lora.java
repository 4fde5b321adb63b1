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
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@code Wx + scale · B · A · dropout(x)} (Hu et al. 2021, eq. 3).
 *
 * <p>Inputs: the target's value {@code Wx [tokens, out]} and what the target read, {@code x
 * [tokens, in]} or ids {@code [tokens]}. A is {@code [r, in]}, B is {@code [out, r]}; their product
 * begins as zero, so that a fresh adapter changes nothing. Values are computed in the target's
 * type: over a bfloat16 base, A and B are rounded to it on their way in, and learn in float32.
 *
 * @param target the op adapted
 * @param rank r
 * @param scaling the factor on the product
 * @param dropout of numbers of x in training; ids are not dropped
 * @param start how A and B begin
 * @param sharedA full name of another node's A that this one uses; empty: its own
 */
public record Lora(
    Linear target,
    int rank,
    Scaling scaling,
    Dropout dropout,
    Start start,
    Optional<String> sharedA)
    implements LowRank, Differentiable, Stepwise {
  /** Without dropout, with an A of its own. */
  public static Lora of(Linear target, int rank, double alpha) {
    return new Lora(target, rank, Scaling.of(alpha), Dropout.NONE, Start.KAIMING, Optional.empty());
  }

  /** The factor on the product. */
  public double scale() {
    return scaling.factor(rank);
  }

  /** The numerator of the scale. */
  public double alpha() {
    return scaling.alpha();
  }

  /** The same with another start. */
  public Lora starting(Start other) {
    return new Lora(target, rank, scaling, dropout, other, sharedA);
  }

  /** The same with another rank, and an alpha that keeps the scale. */
  public Lora ranked(int other) {
    double ratio = (double) other / rank;
    double alpha = scaling.alpha() * (scaling.rankStabilized() ? Math.sqrt(ratio) : ratio);
    Scaling kept = new Scaling(alpha, scaling.rankStabilized());
    return new Lora(target, other, kept, dropout, start, sharedA);
  }

  /** The same for another op, with an A of its own. */
  public Lora over(Linear other) {
    return new Lora(other, rank, scaling, dropout, start, Optional.empty());
  }

  @Override
  public Lora lora() {
    return this;
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
            .orElseGet(
                () -> ParameterSpec.of("a", new Initializer.KaimingUniform(), rank, target.in())),
        ParameterSpec.of("b", new Initializer.Constant(0), target.out(), rank));
  }

  @Override
  public Map<String, Tensor> first(Beginning beginning) {
    Factors factors = start.factors(this, beginning);
    return sharedA.isPresent()
        ? Map.of("b", factors.b())
        : Map.of("a", factors.a(), "b", factors.b());
  }

  @Override
  public Tensor apply(Call call) {
    return apply(call, factors(call));
  }

  private static Factors factors(Call call) {
    return new Factors(call.parameter("a"), call.parameter("b"));
  }

  Tensor apply(Call call, Factors factors) {
    Tensor a = factors.a().to(call.input(0).dtype());
    Tensor down =
        isLookup()
            ? Kernels.embedding(a.transpose(0, 1), call.input(1))
            : Kernels.linear(Dropout.apply(call.input(1), mask(call)), a, null);
    return sum(call, down, factors);
  }

  /** The way back of a product; that of a lookup is left to the engine. */
  @Override
  public boolean serves(Set<String> trained) {
    return !isLookup();
  }

  @Override
  public Recorded record(Recording call) {
    return record(call, () -> factors(call));
  }

  @Override
  public Pullback retrace(Recording call) {
    return retrace(call, () -> factors(call));
  }

  /** The value with the {@link #retrace way back}. */
  Recorded record(Recording call, Supplier<Factors> factors) {
    Factors there = factors.get();
    Way way = way(call, there, factors);
    return new Recorded(sum(call, way.down, there), way);
  }

  /**
   * With {@code G} the gradient of the sum, {@code s} the scale and {@code h = x · Aᵀ}: B learns
   * {@code s · Gᵀ · h}, A learns {@code s · (G · B)ᵀ · x}, x gets {@code s · G · B · A}, and Wx
   * gets G as it is. A and B learn in their own type, which is float32 over a bfloat16 base.
   *
   * @param factors A and B, perhaps with more rows and columns after the {@link #rank} that learn
   */
  Pullback retrace(Recording call, Supplier<Factors> factors) {
    return way(call, factors.get(), factors);
  }

  private Way way(Recording call, Factors there, Supplier<Factors> factors) {
    Supplier<Tensor> input = call.keepInput(1);
    Tensor x = call.input(1);
    Tensor drawn = mask(call);
    Tensor mask = drawn == null ? null : call.keep(drawn);
    Tensor down = call.keep(Kernels.linear(Dropout.apply(x, mask), there.a().to(x.dtype()), null));
    return new Way(this, call, factors, input, mask, down);
  }

  /**
   * The way back.
   *
   * @param input x
   * @param mask of dropout, or null
   * @param down {@code h}, [tokens, r]
   */
  private record Way(
      Lora lora,
      Recording call,
      Supplier<Factors> factors,
      Supplier<Tensor> input,
      Tensor mask,
      Tensor down)
      implements Pullback {
    @Override
    public Tensor[] apply(Tensor gradient) {
      Factors back = factors.get();
      Tensor up = gradient.matmul(back.b().to(gradient.dtype())).mulInPlace(lora.scale());
      lora.learn(call, gradient, down, up, () -> Dropout.apply(input.get(), mask));
      Tensor share = call.wants(1) ? Dropout.apply(up.matmul(back.a().to(up.dtype())), mask) : null;
      return new Tensor[] {gradient, share};
    }
  }

  private void learn(
      Recording call, Tensor gradient, Tensor down, Tensor up, Supplier<Tensor> dropped) {
    if (call.trains("b")) {
      Tensor slope = // [r, out]: the faster way round
          down.narrow(1, 0, rank).transpose(0, 1).matmul(gradient);
      call.learn("b", slope.to(call.parameter("b").dtype()).mulInPlace(scale()).transpose(0, 1));
    }
    if (call.trains("a")) {
      call.learn("a", up.narrow(1, 0, rank).transpose(0, 1).matmul(dropped.get()));
    }
  }

  /**
   * Wx plus the scaled product of what A gave and B, written over Wx where nobody else reads it.
   */
  private Tensor sum(Call call, Tensor down, Factors factors) {
    Tensor wx = call.input(0);
    Tensor b = factors.b().to(wx.dtype()).transpose(0, 1);
    return call.mayOverwrite(0)
        ? wx.addMatmulInPlace(down, b, scale())
        : wx.addProduct(down, b, scale());
  }

  private Tensor mask(Call call) {
    return isLookup() ? null : dropout.mask(call, 1);
  }

  @Override
  public Step step(Bound parameters) {
    return step(parameters.floats("a"), transposed(parameters.floats("b"), rank));
  }

  /**
   * A step with those factors.
   *
   * @param a in row order
   * @param b transposed, in row order
   */
  Step step(float[] a, float[] b) {
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
  public Optional<Factors> plain(Function<String, Tensor> own) {
    return Optional.of(new Factors(own.apply("a"), own.apply("b")));
  }

  @Override
  public Map<String, Tensor> merge(Function<String, Tensor> weights, Function<String, Tensor> own) {
    return Map.of("weight", weights.apply("weight").add(delta(own)));
  }

  /** The change of the target's weight, in the weight's own orientation, float32. */
  Tensor delta(Function<String, Tensor> own) {
    Tensor a = own.apply("a").to(DType.F32);
    Tensor b = own.apply("b").to(DType.F32);
    return oriented(b.matmul(a).mul(scale()));
  }

  /** A matrix [out, in] as the target keeps its weight, or the other way round. */
  Tensor oriented(Tensor matrix) {
    return isLookup() ? matrix.transpose(0, 1) : matrix;
  }

  @Override
  public String toString() {
    return described("Lora", "");
  }

  /** A form of this product, in a word. */
  String described(String form, String more) {
    double share = dropout.probability();
    String dropped = share > 0 ? ", dropout %s".formatted(share) : "";
    return "%s(%d -> %d -> %d, %s%s%s)"
        .formatted(form, target.in(), rank, target.out(), scaling, dropped, more);
  }
}
