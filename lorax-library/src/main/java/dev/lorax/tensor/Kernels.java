package dev.lorax.tensor;

import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** libtorch's fused kernels for neural networks. Rows are tokens: {@code [tokens, width]}. */
public final class Kernels {
  private static final long SUM = 2; // at::Reduction::Sum
  private static final double NO_CAP = Double.POSITIVE_INFINITY;
  private static final long SHORT = 192; // positions up to which attention is three plain products

  private Kernels() {}

  /**
   * {@code x · weightᵀ (+ bias)}: [tokens, in] and [out, in] give [tokens, out]. Bias may be null.
   */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return Tensor.written(
        BufferPool.lendForProduct(x, weight, 0),
        room -> torch.linear_out(room, x.pointer(), weight.pointer(), optional(bias)),
        () -> torch.linear(x.pointer(), weight.pointer(), optional(bias)));
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
   * {@code x / √(mean(x²) + ε) · weight} over the last dimension (Zhang &amp; Sennrich 2019, eq.
   * 4), computed in float32, or float64 where x is, and rounded once.
   */
  public static Tensor rmsNorm(Tensor x, Tensor weight, double epsilon) {
    return rmsNorm(x, weight, inverseRms(x, epsilon));
  }

  /** The same, from what {@link #inverseRms} gave. */
  public static Tensor rmsNorm(Tensor x, Tensor weight, Tensor inverse) {
    DType exact = inverse.dtype(); // the weight, too: the engine would convert it for every row
    return x.to(exact).mul(inverse).mulInPlace(weight.to(exact)).to(x.dtype());
  }

  /** {@code 1 / √(mean(x²) + ε)} over the last dimension, which becomes 1 long. */
  public static Tensor inverseRms(Tensor x, double epsilon) {
    Tensor rows = x.to(x.dtype().exact()); // here, not in the engine: into memory that is lent
    Tensor norm =
        new Tensor(
            torch.linalg_vector_norm(
                rows.pointer(), new Scalar(2.0), new long[] {-1}, true, new ScalarTypeOptional()));
    return norm.square().mul(1.0 / x.size(-1)).add(epsilon).inverseSqrt();
  }

  /** Gaussian error linear unit, exact (Hendrycks &amp; Gimpel 2016). */
  public static Tensor gelu(Tensor x) {
    return function(
        x, (room, from) -> torch.gelu_out(room, from, "none"), from -> torch.gelu(from, "none"));
  }

  /** Gaussian error linear unit in its tanh approximation, as GPT-2 has it. */
  public static Tensor geluTanh(Tensor x) {
    return function(
        x, (room, from) -> torch.gelu_out(room, from, "tanh"), from -> torch.gelu(from, "tanh"));
  }

  /** {@code x · sigmoid(x)}. */
  public static Tensor silu(Tensor x) {
    return function(x, torch::silu_out, torch::silu);
  }

  /**
   * A function of each number, written into memory that is lent for it or made by the engine.
   *
   * @param into writes to the first what it makes of the second
   */
  private static Tensor function(
      Tensor x,
      BiConsumer<org.bytedeco.pytorch.Tensor, org.bytedeco.pytorch.Tensor> into,
      UnaryOperator<org.bytedeco.pytorch.Tensor> own) {
    return Tensor.written(
        BufferPool.lend(x, x.dtype()),
        room -> into.accept(room, x.pointer()),
        () -> own.apply(x.pointer()));
  }

  /** The products of matrices in two stacks: [n, i, j] and [n, j, k] give [n, i, k]. */
  static Tensor products(Tensor first, Tensor second) {
    return Tensor.written(
        BufferPool.lendForProducts(first, second),
        room -> torch.bmm_out(room, first.pointer(), second.pointer()),
        () -> torch.bmm(first.pointer(), second.pointer()));
  }

  /** {@code scale} times those products, plus a bias that spreads to [1, i, k]. */
  static Tensor products(Tensor first, Tensor second, Tensor bias, double scale) {
    Tensor spread = bias.expand(first.size(0), -1, -1);
    Scalar one = new Scalar(1.0);
    Scalar factor = new Scalar(scale);
    return Tensor.written(
        BufferPool.lendForProducts(first, second),
        room ->
            torch.baddbmm_out(
                room, spread.pointer(), first.pointer(), second.pointer(), one, factor),
        () -> torch.baddbmm(spread.pointer(), first.pointer(), second.pointer(), one, factor));
  }

  /** {@code max(x, 0)}. */
  public static Tensor relu(Tensor x) {
    return function(x, torch::relu_out, torch::relu);
  }

  /** The hyperbolic tangent. */
  public static Tensor tanh(Tensor x) {
    return function(x, torch::tanh_out, torch::tanh);
  }

  /**
   * {@code cap · tanh(x / cap)}: nearly x near 0, never beyond ±cap (Gemma Team 2024, section 2).
   */
  public static Tensor softCap(Tensor x, double cap) {
    return tanh(x.mul(1 / cap)).mul(cap);
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
    return q.size(2) > 1 && k.size(2) <= SHORT
        ? shortAttention(q, k, v, causal && mask == null ? causalMask(q, k) : mask, scale, NO_CAP)
        : fusedAttention(q, k, v, mask, causal, scale);
  }

  /** The same where a query's scaled dot products are capped, see {@link #softCap}. */
  public static Tensor cappedAttention(
      Tensor q, Tensor k, Tensor v, Tensor mask, double scale, double cap) {
    return shortAttention(q, k, v, mask, scale, cap);
  }

  /** libtorch's kernel: no matrix of all pairs, at its best with many positions, or with one. */
  private static Tensor fusedAttention(
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

  /**
   * The formula as three batched products and a softmax: with few positions three times as fast as
   * the fused kernel on CPUs, most of all backwards. Queries that share keys become rows of one
   * matrix.
   */
  private static Tensor shortAttention(
      Tensor q, Tensor k, Tensor v, Tensor mask, double scale, double cap) {
    long batch = k.size(0) * k.size(1);
    long group = q.size(1) / k.size(1);
    long time = q.size(2);
    long keys = k.size(2);
    Tensor rows = q.view(batch, group * time, -1);
    Tensor transposed = k.view(batch, keys, -1).transpose(1, 2);
    Tensor bias = bias(mask, group, time, keys, q.dtype()).expand(batch, -1, -1);
    Tensor mixed = stepAttention(rows, transposed, v.view(batch, keys, -1), bias, scale, cap);
    return mixed.view(q.size(0), q.size(1), time, -1);
  }

  /** 0 where a query may look, −∞ elsewhere: [1, group · time, keys]. */
  private static Tensor bias(Tensor mask, long group, long time, long keys, DType type) {
    Tensor zeros = Tensor.zeros(type, time, keys);
    Tensor bias =
        mask == null
            ? zeros
            : new Tensor(
                zeros
                    .pointer()
                    .masked_fill(
                        mask.pointer().logical_not(), new Scalar(Double.NEGATIVE_INFINITY)));
    return bias.view(1, time, keys).expand(group, -1, -1).view(1, group * time, keys);
  }

  private static Tensor causalMask(Tensor q, Tensor k) {
    return slidingMask(q.size(2), k.size(2), k.size(2));
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
        torch.logical_and(
            distance.pointer().ge(new Scalar(0)), distance.pointer().lt(new Scalar(window))));
  }

  /**
   * Attention of the query at each sequence's end to keys that are stored transposed: two batched
   * products and a softmax, which with one position a sequence is several times as fast as the
   * fused kernel on CPUs.
   *
   * @param q [batch, queries that share keys, head]
   * @param keys [batch, head, positions]
   * @param values [batch, positions, head]
   * @param bias [batch, 1 or queries, positions], 0 or −∞, added to the scores
   * @param scale factor on the dot products
   * @param cap bound of the scaled products, see {@link #softCap}; infinite: none
   * @return [batch, queries, head]
   */
  public static Tensor stepAttention(
      Tensor q, Tensor keys, Tensor values, Tensor bias, double scale, double cap) {
    Tensor hidden = bias.expand(-1, q.size(1), -1);
    org.bytedeco.pytorch.Tensor scores =
        Double.isFinite(cap)
            ? softCap(new Tensor(torch.bmm(q.pointer(), keys.pointer())).mul(scale), cap)
                .add(hidden)
                .pointer()
            : torch.baddbmm(
                hidden.pointer(), q.pointer(), keys.pointer(), new Scalar(1.0), new Scalar(scale));
    return new Tensor(torch.bmm(torch.softmax(scores, -1), values.pointer()));
  }

  /**
   * 0 for the positions from {@code start} to {@code end} that the query at a sequence's end sees,
   * −∞ for others: [sequences, end − start].
   *
   * @param queries the position of each sequence's query, its last, int64 [sequences]
   * @param window how many positions back it sees, itself included
   */
  public static Tensor lengthBias(Tensor queries, long start, long end, long window, DType type) {
    Tensor position = Tensor.range(end - start).add(start).view(1, -1);
    Tensor distance = queries.view(-1, 1).sub(position);
    Tensor hidden =
        new Tensor(
            torch.logical_or(
                distance.pointer().lt(new Scalar(0)), distance.pointer().ge(new Scalar(window))));
    Tensor zeros = Tensor.zeros(type, queries.size(0), end - start);
    return new Tensor(
        zeros.pointer().masked_fill(hidden.pointer(), new Scalar(Double.NEGATIVE_INFINITY)));
  }

  /** A tensor that may be null, as libtorch takes it. */
  static TensorOptional optional(Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor.pointer());
  }
}
