package dev.lorax.tensor;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** libtorch's fused kernels for neural networks. Rows are tokens: {@code [tokens, width]}. */
public final class Kernels {
  private static final long SUM = 2; // at::Reduction::Sum

  private Kernels() {}

  /**
   * {@code x · weightᵀ (+ bias)}: [tokens, in] and [out, in] give [tokens, out]. Bias may be null.
   */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return new Tensor(torch.linear(x.pointer(), weight.pointer(), optional(bias)));
  }

  /** The rows of a table [vocabulary, width] that int64 ids [tokens] name: [tokens, width]. */
  public static Tensor embedding(Tensor table, Tensor ids) {
    return new Tensor(torch.embedding(table.pointer(), ids.pointer()));
  }

  /** Layer normalisation over the last dimension (Ba et al. 2016, eq. 4). Bias may be null. */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
    long[] width = {x.size(-1)};
    return new Tensor(
        torch.layer_norm(x.pointer(), width, optional(weight), optional(bias), epsilon, false));
  }

  /**
   * {@code x / √(mean(x²) + ε) · weight} over the last dimension (Zhang & Sennrich 2019, eq. 4).
   */
  public static Tensor rmsNorm(Tensor x, Tensor weight, double epsilon) {
    long[] width = {x.size(-1)};
    return new Tensor(
        torch.rms_norm(x.pointer(), width, optional(weight), new DoubleOptional(epsilon)));
  }

  /** Gaussian error linear unit, exact (Hendrycks & Gimpel 2016). */
  public static Tensor gelu(Tensor x) {
    return new Tensor(torch.gelu(x.pointer(), "none"));
  }

  /** Gaussian error linear unit in its tanh approximation, as GPT-2 has it. */
  public static Tensor geluTanh(Tensor x) {
    return new Tensor(torch.gelu(x.pointer(), "tanh"));
  }

  /** {@code x · sigmoid(x)}. */
  public static Tensor silu(Tensor x) {
    return new Tensor(torch.silu(x.pointer()));
  }

  /** {@code max(x, 0)}. */
  public static Tensor relu(Tensor x) {
    return new Tensor(torch.relu(x.pointer()));
  }

  /**
   * Scaled dot-product attention (Vaswani et al. 2017, eq. 1) with grouped key-value heads.
   *
   * @param q [batch, heads, time, head]
   * @param k [batch, key-value heads, keys, head]
   * @param v like {@code k}
   * @param mask bool [time, keys], true where a query may look; null: see {@code causal}
   * @param causal without a mask: each position sees itself and those before
   * @param scale factor on the dot products
   * @return [batch, heads, time, head]
   */
  public static Tensor attention(
      Tensor q, Tensor k, Tensor v, Tensor mask, boolean causal, double scale) {
    boolean grouped = q.size(1) != k.size(1);
    return new Tensor(
        torch.scaled_dot_product_attention(
            q.pointer(),
            k.pointer(),
            v.pointer(),
            optional(mask),
            0.0,
            causal && mask == null,
            new DoubleOptional(scale),
            grouped));
  }

  /** The summed cross-entropy of logits [rows, vocabulary] against int64 targets [rows]. */
  public static Tensor crossEntropySum(Tensor logits, Tensor targets) {
    return new Tensor(
        torch.cross_entropy_loss(
            logits.pointer(), targets.pointer(), new TensorOptional(), SUM, -100, 0.0));
  }

  /**
   * A bool mask [time, keys] for queries at the end of the keys: true where the query's position is
   * at or after the key's, and less than {@code window} after it.
   */
  public static Tensor slidingMask(long time, long keys, long window) {
    Tensor query = Tensor.range(time).add(keys - time).view(time, 1);
    Tensor distance = query.sub(Tensor.range(keys).view(1, keys));
    return new Tensor(
        torch.logical_and(distance.pointer().ge(scalar(0)), distance.pointer().lt(scalar(window))));
  }

  private static org.bytedeco.pytorch.Scalar scalar(long value) {
    return new org.bytedeco.pytorch.Scalar(value);
  }

  private static TensorOptional optional(Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor.pointer());
  }
}
