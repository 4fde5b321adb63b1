package dev.lorax.tensor;

/**
 * Loops over float32 numbers on the heap and over native memory, on the processor's vectors; see
 * {@link StepKernels} for the formulas that are made of them.
 */
interface Vectors {
  /** Σ a·b. */
  float dot(float[] a, int aAt, float[] b, int bAt, int length);

  /** Σ (x − shift)². */
  float squares(float[] x, int at, int length, float shift);

  /** Σ x. */
  float sum(float[] x, int at, int length);

  /** y += factor · x. */
  void addScaled(float factor, float[] x, int xAt, float[] y, int yAt, int length);

  /** y = x · sigmoid(x). */
  void silu(float[] x, float[] y, int length);

  /** y = the Gaussian error linear unit of x in its tanh approximation. */
  void geluTanh(float[] x, float[] y, int length);

  /**
   * x becomes e^(x − its maximum), from a place up to another.
   *
   * @return the sum of what it became
   */
  float exponentials(float[] x, int from, int to);

  /**
   * Dot products of rows of a bfloat16 matrix with tokens: y[token · stride + r] for each row r.
   *
   * @param memory of the matrix
   * @param in length of a row, even
   * @param row the first
   * @param rows how many
   * @param halves the tokens, as {@link Rows#halves} has them
   * @param tokens how many
   * @param yAt where in y the first row's value of the first token goes
   */
  void bf16(
      Span memory,
      int in,
      int row,
      int rows,
      float[] halves,
      int tokens,
      float[] y,
      int yAt,
      int stride);

  /** The same for a float32 matrix and tokens as they are. */
  void f32(
      Span memory,
      int in,
      int row,
      int rows,
      float[] x,
      int tokens,
      float[] y,
      int yAt,
      int stride);

  /** How many numbers {@link #scores} computes at once. */
  int block();

  /**
   * Scaled dot products of a query with keys that lie transposed, {@code [head, capacity]}.
   *
   * @param at index of the first float32 of the keys
   * @param capacity distance of rows, a multiple of {@link #block}
   * @param from first position, a multiple of {@link #block}
   * @param to where to end; up to the next multiple of {@link #block} is computed
   * @param s gets the score of position p at sAt + p
   */
  void scores(
      Span keys,
      int at,
      int capacity,
      int from,
      int to,
      float[] q,
      int qAt,
      int head,
      float scale,
      float[] s,
      int sAt);

  /**
   * The same for two queries, with each key loaded once.
   *
   * @param qAt the first; the second lies {@code head} further
   * @param sAt for the first; the second's scores go {@code capacity} further
   */
  void scoresOfTwo(
      Span keys,
      int at,
      int capacity,
      int from,
      int to,
      float[] q,
      int qAt,
      int head,
      float scale,
      float[] s,
      int sAt);

  /**
   * y = factor · Σ s(p) · value(p) for values {@code [capacity, head]}.
   *
   * @param at index of the first float32 of the values
   */
  void mix(
      Span values,
      int at,
      int head,
      int from,
      int to,
      float[] s,
      int sAt,
      float factor,
      float[] y,
      int yAt);

  /**
   * The same for two queries, with each value loaded once.
   *
   * @param next how much further the second's s lies
   * @param factor of the first
   * @param other of the second
   * @param yAt for the first; the second's y goes {@code head} further
   */
  void mixOfTwo(
      Span values,
      int at,
      int head,
      int from,
      int to,
      float[] s,
      int sAt,
      int next,
      float factor,
      float other,
      float[] y,
      int yAt);
}
