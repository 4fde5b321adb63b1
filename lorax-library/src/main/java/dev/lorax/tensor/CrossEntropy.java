package dev.lorax.tensor;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The cross-entropy of logits {@code [rows, vocabulary]} against int64 targets {@code [rows]}, in
 * nats, and its gradient.
 *
 * <p>Computed in float32 (float64 stays), a few rows at a time, so that the copy in that type stays
 * in the processor's cache.
 *
 * @param smoothing the share ε of the target's weight that all words get in equal parts (Szegedy et
 *     al. 2016, section 7): a row's loss is {@code (1 − ε) · −log p(target) + ε · mean(−log p)}
 */
public record CrossEntropy(double smoothing) {
  /** The target has all of the weight. */
  public static final CrossEntropy PLAIN = new CrossEntropy(0);

  private static final long BLOCK_BYTES = 6L << 20;

  /** Checks the share. */
  public CrossEntropy {
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException(
          "The label smoothing must be at least 0 and below 1, not " + smoothing);
    }
  }

  /** Summed over the rows. */
  public double sum(Tensor logits, Tensor targets) {
    double sum = 0;
    long step = step(logits);
    for (long row = 0; row < logits.size(0); row += step) {
      long count = Math.min(step, logits.size(0) - row);
      try (Scope scope = new Scope()) {
        Tensor block = logits.narrow(0, row, count);
        sum += sumOf(logProbabilities(block), targets.narrow(0, row, count));
      }
    }
    return sum;
  }

  /**
   * The same sum; the logits are overwritten by its gradient times a factor: the probabilities,
   * less the weight that each word has.
   */
  public double slope(Tensor logits, Tensor targets, double factor) {
    return Derivatives.isSwept(logits)
        ? sweptSlope(logits, targets.toLongs(), (float) factor)
        : slopeInBlocks(logits, targets, factor);
  }

  /** Row by row, each in the cache, with one exponential a logit. */
  private double sweptSlope(Tensor logits, long[] targets, float factor) {
    Sweeps sweeps = VectorUnit.sweeps().orElseThrow();
    int width = Math.toIntExact(logits.size(1));
    Span memory = Span.of(logits, 0, logits.byteCount());
    float[] row = new float[Sweeps.room(width)];
    double everywhere = smoothing / width;
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      int start = i * width;
      int target = start + (int) targets[i];
      double logit = get(memory, logits.dtype(), target);
      sweeps.load(memory, logits.dtype(), start, width, row);
      double wanted = // the mean of the logits by their weights
          smoothing == 0 ? logit : (1 - smoothing) * logit + everywhere * sweeps.sum(row, width);
      float largest = sweeps.largest(row, width);
      float total = sweeps.exponentials(row, width, largest);
      sum += Math.log(total) + largest - wanted;
      sweeps.line(row, width, factor / total, (float) (-everywhere * factor));
      sweeps.store(row, memory, logits.dtype(), start, width);
      double slope = Math.exp(logit - largest) / total - (1 - smoothing) - everywhere;
      sweeps.store(new float[] {(float) (slope * factor)}, memory, logits.dtype(), target, 1);
    }
    return sum;
  }

  private static float get(Span memory, DType type, int at) {
    return type == DType.F32
        ? memory.buffer().getFloat(4 * at)
        : Float.intBitsToFloat(memory.buffer().getShort(2 * at) << 16);
  }

  private double slopeInBlocks(Tensor logits, Tensor targets, double factor) {
    double sum = 0;
    long step = step(logits);
    for (long row = 0; row < logits.size(0); row += step) {
      long count = Math.min(step, logits.size(0) - row);
      try (Scope scope = new Scope()) {
        Tensor block = logits.narrow(0, row, count);
        Tensor wanted = targets.narrow(0, row, count);
        Tensor gradient = logProbabilities(block);
        sum += sumOf(gradient, wanted);
        gradient.pointer().exp_();
        if (smoothing > 0) {
          gradient.addInPlace(-smoothing / logits.size(1));
        }
        Tensor weights = Tensor.zeros(gradient.dtype(), count, 1).addInPlace(smoothing - 1);
        gradient.pointer().scatter_add_(1, wanted.view(-1, 1).pointer(), weights.pointer());
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
    Tensor rows = logits.to(exact);
    ScalarTypeOptional type = new ScalarTypeOptional(exact.scalarType());
    return Tensor.written(
        BufferPool.lend(rows, exact),
        room -> torch.log_softmax_out(room, rows.pointer(), 1, type),
        () -> torch.log_softmax(rows.pointer(), 1, type));
  }

  private double sumOf(Tensor logProbabilities, Tensor targets) {
    Tensor chosen =
        new Tensor(logProbabilities.pointer().gather(1, targets.view(-1, 1).pointer()).sum());
    return smoothing == 0
        ? -chosen.item()
        : (smoothing - 1) * chosen.item() - smoothing * logProbabilities.meanOfLast().sum().item();
  }
}
