package dev.lorax.tensor;

import java.util.Optional;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/**
 * The ways back of {@link Kernels}: from the gradient of a kernel's value to that of its input,
 * while its weights are frozen.
 */
public final class Derivatives {
  /** Numbers that are swept at once: they stay in the first cache. */
  private static final int PIECE = 2048;

  private Derivatives() {}

  /**
   * Layer normalisation with what its way back needs.
   *
   * @param value like x
   * @param mean of every row
   * @param inverse one over every row's deviation
   */
  public record Normalised(Tensor value, Tensor mean, Tensor inverse) {}

  /** {@link Kernels#layerNorm}, and what {@link #layerNorm} needs. */
  public static Normalised normalise(Tensor x, Tensor weight, Tensor bias, double epsilon) {
    T_TensorTensorTensor_T all =
        torch.native_layer_norm(
            x.pointer(),
            new long[] {x.size(-1)},
            Kernels.optional(weight),
            Kernels.optional(bias),
            epsilon);
    return new Normalised(own(all.get0()), own(all.get1()), own(all.get2()));
  }

  /** The gradient of x in layer normalisation. */
  public static Tensor layerNorm(
      Tensor gradient, Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias) {
    BoolPointer xAlone = new BoolPointer(3).put(0, true).put(1, false).put(2, false);
    T_TensorTensorTensor_T all =
        torch.native_layer_norm_backward(
            gradient.pointer(),
            x.pointer(),
            new long[] {x.size(-1)},
            mean.pointer(),
            inverse.pointer(),
            Kernels.optional(weight),
            Kernels.optional(bias),
            xAlone);
    return own(all.get0());
  }

  /**
   * The gradient of x in {@link Kernels#rmsNorm}: with {@code g} the gradient times the weight and
   * {@code s} the {@link Kernels#inverseRms}, it is {@code s · (g − s² · x · mean(g · x))}.
   * Computed in float32, or float64 where x is.
   */
  public static Tensor rmsNorm(Tensor gradient, Tensor x, Tensor weight, Tensor inverse) {
    DType exact = inverse.dtype();
    Tensor rows = x.to(exact);
    Tensor weighted = gradient.to(exact).mul(weight.to(exact));
    Tensor projection = weighted.mul(rows).meanOfLast().mul(inverse.square());
    return weighted.addProductInPlace(rows, projection, -1).mulInPlace(inverse).to(x.dtype());
  }

  /** The gradient of x in {@link Kernels#gelu}. */
  public static Tensor gelu(Tensor gradient, Tensor x) {
    return gelu(gradient, x, "none");
  }

  /** The gradient of x in {@link Kernels#geluTanh}. */
  public static Tensor geluTanh(Tensor gradient, Tensor x) {
    return gelu(gradient, x, "tanh");
  }

  private static Tensor gelu(Tensor gradient, Tensor x, String approximation) {
    return Tensor.written(
        BufferPool.lendForBoth(x, gradient),
        room -> torch.gelu_backward_out(room, gradient.pointer(), x.pointer(), approximation),
        () -> torch.gelu_backward(gradient.pointer(), x.pointer(), approximation));
  }

  /**
   * A function's value and slope, so that its way back is one multiplication.
   *
   * @param value like x
   * @param slope the derivative at every number of x, like x
   */
  public record Sloped(Tensor value, Tensor slope) {}

  /**
   * {@link Kernels#geluTanh} with its slope, in one pass and with one exponential a number; empty
   * where this Java has no vectors for it, or x is of another type than float32 and bfloat16.
   */
  public static Optional<Sloped> slopedGeluTanh(Tensor x) {
    if (!isSwept(x)) {
      return Optional.empty();
    }
    Tensor value = Tensor.empty(x.dtype(), x.shape().toArray());
    Tensor slope = Tensor.empty(x.dtype(), x.shape().toArray());
    Span from = Span.of(x, 0, x.byteCount());
    Span values = Span.of(value, 0, x.byteCount());
    Span slopes = Span.of(slope, 0, x.byteCount());
    int all = Math.toIntExact(x.shape().size());
    Sweeps sweeps = VectorUnit.sweeps().orElseThrow();
    float[] numbers = new float[PIECE];
    float[] derivatives = new float[PIECE];
    for (int at = 0; at < all; at += PIECE) {
      int count = Math.min(PIECE, all - at);
      sweeps.load(from, x.dtype(), at, count, numbers);
      sweeps.geluTanh(numbers, derivatives, count);
      sweeps.store(numbers, values, x.dtype(), at, count);
      sweeps.store(derivatives, slopes, x.dtype(), at, count);
    }
    return Optional.of(new Sloped(value, slope));
  }

  /** Whether {@link Sweeps} are here, and reach all of a tensor. */
  static boolean isSwept(Tensor x) {
    return VectorUnit.sweeps().isPresent()
        && x.shape().size() > 0
        && (x.dtype() == DType.F32 || x.dtype() == DType.BF16)
        && x.byteCount() <= Span.MOST
        && x.pointer().is_contiguous();
  }

  /** The gradient of x in {@link Kernels#silu}. */
  public static Tensor silu(Tensor gradient, Tensor x) {
    return Tensor.written(
        BufferPool.lendForBoth(x, gradient),
        room -> torch.silu_backward_out(room, gradient.pointer(), x.pointer()),
        () -> torch.silu_backward(gradient.pointer(), x.pointer()));
  }

  /** The gradient of x in {@link Kernels#softCap}: {@code gradient · (1 − tanh²(x / cap))}. */
  public static Tensor softCap(Tensor gradient, Tensor x, double cap) {
    return tanhOf(gradient, Kernels.tanh(x.mul(1 / cap)));
  }

  /** The gradient of x in {@link Kernels#relu}. */
  public static Tensor relu(Tensor gradient, Tensor x) {
    Scalar zero = new Scalar(0.0);
    return Tensor.written(
        BufferPool.lendForBoth(x, gradient),
        room -> torch.threshold_backward_out(room, gradient.pointer(), x.pointer(), zero),
        () -> torch.threshold_backward(gradient.pointer(), x.pointer(), zero));
  }

  /** The gradient of x in {@link Kernels#tanh}. */
  public static Tensor tanh(Tensor gradient, Tensor x) {
    return tanhOf(gradient, Kernels.tanh(x));
  }

  private static Tensor tanhOf(Tensor gradient, Tensor value) {
    return Tensor.written(
        BufferPool.lendForBoth(value, gradient),
        room -> torch.tanh_backward_out(room, gradient.pointer(), value.pointer()),
        () -> torch.tanh_backward(gradient.pointer(), value.pointer()));
  }

  private static Tensor own(org.bytedeco.pytorch.Tensor part) {
    return new Tensor(new org.bytedeco.pytorch.Tensor(part));
  }
}
