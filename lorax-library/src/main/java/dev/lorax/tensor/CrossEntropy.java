package dev.lorax.tensor;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The cross-entropy of logits {@code [rows, vocabulary]} against int64 targets {@code [rows]}, in
 * nats, and its gradient.
 *
 * <p>Computed in float32 (float64 stays), a few rows at a time, so that the copy in that type stays
 * in the processor's cache.
 */
public final class CrossEntropy {
  private static final long BLOCK_BYTES = 6L << 20;

  private CrossEntropy() {}

  /** Summed over the rows. */
  public static double sum(Tensor logits, Tensor targets) {
    double sum = 0;
    long step = step(logits);
    for (long row = 0; row < logits.size(0); row += step) {
      long count = Math.min(step, logits.size(0) - row);
      try (Scope scope = new Scope()) {
        Tensor block = logits.narrow(0, row, count);
        sum -= chosen(logProbabilities(block), targets.narrow(0, row, count)).item();
      }
    }
    return sum;
  }

  /**
   * The same sum; the logits are overwritten by its gradient times a factor: the probabilities,
   * less one at the target.
   */
  public static double slope(Tensor logits, Tensor targets, double factor) {
    return Derivatives.isSwept(logits)
        ? sweptSlope(logits, targets.toLongs(), (float) factor)
        : slopeInBlocks(logits, targets, factor);
  }

  /** Row by row, each in the cache, with one exponential a logit. */
  private static double sweptSlope(Tensor logits, long[] targets, float factor) {
    Sweeps sweeps = VectorUnit.sweeps().orElseThrow();
    int width = Math.toIntExact(logits.size(1));
    Span memory = Span.of(logits, 0, logits.byteCount());
    float[] row = new float[Sweeps.room(width)];
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      int start = i * width;
      int target = start + (int) targets[i];
      double wanted = get(memory, logits.dtype(), target);
      sweeps.load(memory, logits.dtype(), start, width, row);
      float largest = sweeps.largest(row, width);
      float total = sweeps.exponentials(row, width, largest);
      sum += Math.log(total) + largest - wanted;
      sweeps.scale(row, width, factor / total);
      sweeps.store(row, memory, logits.dtype(), start, width);
      double probability = Math.exp(wanted - largest) / total;
      sweeps.store(
          new float[] {(float) ((probability - 1) * factor)}, memory, logits.dtype(), target, 1);
    }
    return sum;
  }

  private static float get(Span memory, DType type, int at) {
    return type == DType.F32
        ? memory.buffer().getFloat(4 * at)
        : Float.intBitsToFloat(memory.buffer().getShort(2 * at) << 16);
  }

  private static double slopeInBlocks(Tensor logits, Tensor targets, double factor) {
    double sum = 0;
    long step = step(logits);
    for (long row = 0; row < logits.size(0); row += step) {
      long count = Math.min(step, logits.size(0) - row);
      try (Scope scope = new Scope()) {
        Tensor block = logits.narrow(0, row, count);
        Tensor wanted = targets.narrow(0, row, count);
        Tensor gradient = logProbabilities(block);
        sum -= chosen(gradient, wanted).item();
        gradient.pointer().exp_();
        Tensor ones = Tensor.zeros(gradient.dtype(), count, 1).addInPlace(-1);
        gradient.pointer().scatter_add_(1, wanted.view(-1, 1).pointer(), ones.pointer());
        block.copyInPlace(gradient.mulInPlace(factor));
      }
    }
    return sum;
  }

  private static long step(Tensor logits) {
    return Math.max(1, BLOCK_BYTES / (4 * logits.size(1)));
  }

  private static Tensor logProbabilities(Tensor logits) {
    DType exact = logits.dtype().exact();
    return new Tensor(
        torch.log_softmax(
            logits.to(exact).pointer(), 1, new ScalarTypeOptional(exact.scalarType())));
  }

  private static Tensor chosen(Tensor logProbabilities, Tensor targets) {
    return new Tensor(logProbabilities.pointer().gather(1, targets.view(-1, 1).pointer()).sum());
  }
}
