package dev.lorax.tensor;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.global.torch;

/**
 * Self-attention of whole sequences as plain batched products (Vaswani et al. 2017, eq. 1), with
 * its derivative.
 *
 * <p>On CPUs this is faster than libtorch's fused kernel, on the way back three times, and in
 * bfloat16, where the fused kernel has no matrix product, twenty times. Queries that share keys
 * become rows of one matrix. Long sequences are done in blocks of queries, each against the keys
 * that it sees, so that no matrix of all pairs exists.
 *
 * @param queries [batch · key-value heads, group, time, head], contiguous
 * @param keys [batch · key-value heads, time, head], contiguous
 * @param values like {@code keys}
 * @param window how many positions back a query sees, itself included
 * @param scale factor on the dot products
 * @param cap bound of the scaled products, see {@link Kernels#softCap}; infinite: none
 * @param causal whether a query sees no position behind its own; if not, it sees all
 */
public record AttentionProducts(
    Tensor queries,
    Tensor keys,
    Tensor values,
    long window,
    double scale,
    double cap,
    boolean causal) {
  /** Positions up to which all queries make one block, whose weights are worth keeping. */
  private static final long ONE_BLOCK = 512;

  private static final long BLOCK = 256;

  /** Made once libtorch is there. */
  private static final class SoftmaxBackward {
    static final NativeOp OP = new NativeOp("aten::_softmax_backward_data", "out");
  }

  /**
   * What attention gives.
   *
   * @param mixed like the queries
   * @param weights of the pairs, or null where there are several blocks
   */
  public record Mixed(Tensor mixed, Tensor weights) {}

  /**
   * The gradients.
   *
   * @param queries like the queries
   * @param keys like the keys
   * @param values like the values
   */
  public record Slopes(Tensor queries, Tensor keys, Tensor values) {}

  /** The same with another handle on each tensor, for example one that is kept. */
  public AttentionProducts map(UnaryOperator<Tensor> change) {
    return new AttentionProducts(
        change.apply(queries),
        change.apply(keys),
        change.apply(values),
        window,
        scale,
        cap,
        causal);
  }

  /** The values mixed for every query. */
  public Mixed mix() {
    if (isOneBlock()) {
      Tensor weights = weights(0, time());
      return new Mixed(Kernels.products(weights, values).view(queries.shape().toArray()), weights);
    }
    int blocks = (int) ((time() + BLOCK - 1) / BLOCK);
    Tensor[] parts = new Tensor[blocks];
    for (int i = 0; i < blocks; i++) {
      long from = i * BLOCK;
      long to = Math.min(time(), from + BLOCK);
      try (Scope scope = new Scope()) {
        Tensor part = Kernels.products(weights(from, to), seen(values, from, to));
        parts[i] = scope.release(part.view(queries.size(0), queries.size(1), to - from, -1));
      }
    }
    Tensor mixed = Tensor.cat(2, parts);
    for (Tensor part : parts) {
      part.close();
    }
    return new Mixed(mixed, null);
  }

  /**
   * The way back.
   *
   * @param gradient of the mixed values, like the queries
   * @param weights from {@link Mixed}; null: computed again
   */
  public Slopes back(Tensor gradient, Tensor weights) {
    if (isOneBlock()) {
      return back(gradient, weights == null ? weights(0, time()) : weights, 0, time());
    }
    DType sums = keys.dtype().exact(); // many blocks add up
    Tensor dq = Tensor.empty(queries.dtype(), queries.shape().toArray());
    Tensor dk = Tensor.zeros(sums, keys.shape().toArray());
    Tensor dv = Tensor.zeros(sums, values.shape().toArray());
    for (long from = 0; from < time(); from += BLOCK) {
      long to = Math.min(time(), from + BLOCK);
      try (Scope scope = new Scope()) {
        Slopes part = back(gradient.narrow(2, from, to - from), weights(from, to), from, to);
        dq.narrow(2, from, to - from).copyInPlace(part.queries());
        seen(dk, from, to).addInPlace(part.keys(), 1);
        seen(dv, from, to).addInPlace(part.values(), 1);
      }
    }
    return new Slopes(dq, dk.to(keys.dtype()), dv.to(values.dtype()));
  }

  private Slopes back(Tensor gradient, Tensor weights, long from, long to) {
    Tensor mixed = rows(gradient);
    Tensor dv = Kernels.products(weights.transpose(1, 2), mixed);
    Tensor dWeights = Kernels.products(mixed, seen(values, from, to).transpose(1, 2));
    long type = weights.dtype().scalarType().value;
    Tensor dScores = // written over dWeights
        SoftmaxBackward.OP.call(dWeights, weights, -1L, type, dWeights);
    if (isCapped()) {
      dScores = Derivatives.softCap(dScores, scaled(from, to), cap);
    }
    Tensor dq = Kernels.products(dScores, seen(keys, from, to)).mulInPlace(scale);
    Tensor dk = Kernels.products(dScores.transpose(1, 2), block(from, to)).mulInPlace(scale);
    return new Slopes(dq.view(queries.size(0), queries.size(1), to - from, -1), dk, dv);
  }

  /** Softmax of the scaled products: [batch · key-value heads, group · (to − from), keys seen]. */
  private Tensor weights(long from, long to) {
    Tensor bias = bias(from, to);
    Tensor scores =
        isCapped()
            ? Kernels.softCap(scaled(from, to), cap).add(bias)
            : Kernels.products(block(from, to), seen(keys, from, to).transpose(1, 2), bias, scale);
    return Gradients.areOn() // what is recorded must not be overwritten
        ? new Tensor(torch.softmax(scores.pointer(), -1))
        : new Tensor(torch.softmax_out(scores.pointer(), scores.pointer(), -1));
  }

  /** The scaled products, before a cap and without what is hidden. */
  private Tensor scaled(long from, long to) {
    return Kernels.products(block(from, to), seen(keys, from, to).transpose(1, 2)).mul(scale);
  }

  private boolean isCapped() {
    return Double.isFinite(cap);
  }

  /** 0 where a query may look, −∞ elsewhere: [1, group · (to − from), keys seen]. */
  private Tensor bias(long from, long to) {
    if (!causal) {
      return Tensor.zeros(keys.dtype(), 1, 1, 1);
    }
    long first = first(from);
    long count = to - from;
    Tensor closed =
        Tensor.zeros(keys.dtype(), count, to - first).addInPlace(Double.NEGATIVE_INFINITY);
    Tensor bias = new Tensor(closed.pointer().triu(1 + from - first)); // the future
    if (first + window < to) {
      bias = bias.add(new Tensor(closed.pointer().tril(from - first - window))); // too far back
    }
    long group = queries.size(1);
    return group == 1
        ? bias.view(1, count, -1)
        : bias.view(1, 1, count, -1).expand(1, group, -1, -1).view(1, group * count, -1);
  }

  /** Some queries as rows: [batch · key-value heads, group · (to − from), head]. */
  private Tensor block(long from, long to) {
    return rows(to - from == time() ? queries : queries.narrow(2, from, to - from));
  }

  private static Tensor rows(Tensor grouped) {
    return grouped.view(grouped.size(0), grouped.size(1) * grouped.size(2), grouped.size(3));
  }

  private Tensor seen(Tensor all, long from, long to) {
    long first = first(from);
    long end = causal ? to : time();
    return first == 0 && end == time() ? all : all.narrow(1, first, end - first);
  }

  /** The first position that a query at {@code from} sees. */
  private long first(long from) {
    return causal ? Math.max(0, from - window + 1) : 0;
  }

  private boolean isOneBlock() {
    return time() <= ONE_BLOCK;
  }

  private long time() {
    return queries.size(2);
  }
}
