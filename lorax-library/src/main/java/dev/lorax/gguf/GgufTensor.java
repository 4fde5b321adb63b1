package dev.lorax.gguf;

import dev.lorax.tensor.Shape;

/**
 * What a tensor in a GGUF file is, known without touching its data.
 *
 * @param type of its elements
 * @param shape the lengths of its dimensions, outermost first (the file has them the other way)
 */
public record GgufTensor(GgufType type, Shape shape) {
  /** A matrix of a type, or of float16 where its rows cannot be cut into the type's blocks. */
  static GgufTensor matrix(GgufType type, Shape shape) {
    return new GgufTensor(type.fits(shape) ? type : GgufType.F16, shape);
  }

  /** Type and shape, for example {@code q8_0[32, 64]}. */
  @Override
  public String toString() {
    return type + "" + shape;
  }
}
