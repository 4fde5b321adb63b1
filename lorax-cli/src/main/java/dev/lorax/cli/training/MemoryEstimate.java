package dev.lorax.cli.training;

import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;

/**
 * How much memory training an adapter takes at its peak, by what the way back of every op keeps.
 *
 * <p>Half of what is not weights is the JVM's and libtorch's own; that part was measured.
 *
 * @param base bytes of the frozen weights
 * @param adapter bytes of its values, gradients, and AdamW's two means
 * @param activations what a batch leaves for the way back
 */
public record MemoryEstimate(long base, long adapter, Activations activations) {
  /** JVM and libtorch with their code, classes and tables. */
  private static final long RUNTIME = 360_000_000;

  /** What the allocator takes for values beyond their bytes: gaps between those alive; measured. */
  private static final double GAPS = 1.3;

  /** The same where memory is lent: each size has its own, rounded up; measured, too. */
  private static final double LENT = 1.1;

  /** An estimate for batches of so many windows of so many tokens. */
  public static MemoryEstimate of(LanguageModel base, Adapter adapter, int batch, int window) {
    return ofTokens(base, adapter, (long) batch * window, window);
  }

  /**
   * An estimate for batches of sequences of different lengths.
   *
   * @param tokens of the largest batch
   * @param longest tokens of the longest sequence
   */
  public static MemoryEstimate ofTokens(
      LanguageModel base, Adapter adapter, long tokens, int longest) {
    long weights = base.parameters().bytes();
    int bytes = base.parameters().type().bytes(); // of a number, in values too
    Activations activations = Activations.of(adapter.graph(), tokens, longest, bytes);
    return new MemoryEstimate(weights, 4 * adapter.trained().bytes(), activations);
  }

  /** Bytes at the peak, where that share of the stretches is computed twice. */
  public long peak(double share) {
    double room = share > 0 ? LENT : GAPS;
    return RUNTIME + base + adapter + (long) (room * activations.peak(share));
  }
}
