package dev.lorax.tensor;

/**
 * Loops over numbers of training, float32 or bfloat16 in native memory, on the processor's vectors.
 * They are done on the heap in pieces that stay in the cache, in whatever order the loads give.
 * Arrays have {@link #room} for whole vectors: what is masked is slow in Java 17.
 */
interface Sweeps {
  /** How long an array for so many numbers must be. */
  static int room(int count) {
    return (count + 63) / 64 * 64;
  }

  /**
   * Numbers of a stretch of memory as float32. Those of bfloat16 come in another order, which
   * {@link #store} undoes.
   *
   * @param at of the first number
   * @param x gets as many as {@code count} says
   */
  void load(Span memory, DType type, int at, int count, float[] x);

  /** The way back of {@link #load}, rounding to nearest even. */
  void store(float[] x, Span memory, DType type, int at, int count);

  /**
   * The Gaussian error linear unit in its tanh approximation, with its slope.
   *
   * @param x becomes the value
   * @param slope gets the derivative at x
   */
  void geluTanh(float[] x, float[] slope, int count);

  /** All together. */
  float sum(float[] x, int count);

  /** The largest. */
  float largest(float[] x, int count);

  /**
   * x becomes e^(x − shift).
   *
   * @return the sum of what it became
   */
  float exponentials(float[] x, int count, float shift);

  /** x becomes factor · x + term. */
  void line(float[] x, int count, float factor, float term);
}
