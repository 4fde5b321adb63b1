package dev.lorax.tensor;

import java.util.Optional;

/**
 * A frozen matrix [out, in] in the form it is kept in: a plain {@link Tensor}, or quantised.
 *
 * <p>Gradients pass through a quantised one by {@link #back}, exactly as through its plain values;
 * the engine's own recording knows nothing of it.
 */
public sealed interface Weight extends AutoCloseable permits Tensor, Quantized {
  /** The lengths of its dimensions, [out, in]. */
  Shape shape();

  /** How it is kept, as options spell it: {@code f32}, {@code bf16}, {@code int8}, {@code nf4}. */
  String format();

  /** Bytes in memory, scales included. */
  long byteCount();

  /**
   * {@code x · weightᵀ + bias}, in the type of x.
   *
   * @param x [tokens, in]
   * @param bias [out], or null
   * @return [tokens, out]
   */
  Tensor multiply(Tensor x, Tensor bias);

  /**
   * {@code gradient · weight}: the way back of {@link #multiply}, in the type of the gradient.
   *
   * @param gradient of a product's value, [tokens, out]
   * @return that of x, [tokens, in]
   */
  Tensor back(Tensor gradient);

  /** The rows that int64 ids [tokens] name: [tokens, in]. */
  Tensor lookup(Tensor ids);

  /**
   * The same matrix for products with few rows of the Java heap; empty where the processor's
   * vectors cannot be used, or not for this form. It is valid as long as this weight is open.
   */
  Optional<RowProduct> forRows();

  /** Its values as a plain tensor of that type. */
  Tensor dense(DType type);

  @Override
  void close();
}
