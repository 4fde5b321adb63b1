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

  /** x becomes cap · tanh(x / cap), from a place up to another. */
  void softCap(float cap, float[] x, int from, int to);

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
   * @param y where the values go; its place is that of the first row's for the first token
   */
  void bf16(Span memory, int in, int row, int rows, float[] halves, int tokens, Products.Output y);

  /** The same for a float32 matrix and tokens as they are. */
  void f32(Span memory, int in, int row, int rows, float[] x, int tokens, Products.Output y);

  /** How many numbers {@link #scores} computes at once. */
  int block();

  /**
   * Scaled dot products of one or two queries with keys that lie transposed, {@code [head,
   * capacity]}; each key is loaded once for both.
   *
   * @param at index of the first float32 of the keys
   * @param capacity distance of rows, a multiple of {@link #block}
   * @param from first position, a multiple of {@link #block}
   * @param to where to end; up to the next multiple of {@link #block} is computed
   * @param qAt the first query; the second lies {@code head} further
   * @param s gets the first query's score of position p at sAt + p, the second's {@code capacity}
   *     further
   */
  void scores(
      Span keys,
      int at,
      int capacity,
      int from,
      int to,
      float[] q,
      int qAt,
      int queries,
      int head,
      float scale,
      float[] s,
      int sAt);

  /**
   * y = Σ s(p) · value(p) for values {@code [capacity, head]} and one or two queries; each value is
   * loaded once for both.
   *
   * @param at index of the first float32 of the values
   * @param s as {@link #scores} lays them
   * @param yAt for the first query; the second's y goes {@code head} further
   */
  void mix(
      Span values,
      int at,
      int capacity,
      int from,
      int to,
      float[] s,
      int sAt,
      int queries,
      int head,
      float[] y,
      int yAt);
}
