package dev.lorax.elixir;

import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;

/**
 * A and B of one layer, as {@code Wx + (alpha / r) · B · A · x} uses them; the file lacks alpha.
 */
public final class LoraLayer {
  private final NxTensor a;
  private final NxTensor b;

  LoraLayer(NxTensor a, NxTensor b) {
    this.a = a;
    this.b = b;
  }

  /** The shape of A, [r, in]. */
  public Shape shapeOfA() {
    return a.shape();
  }

  /** The shape of B, [out, r]. */
  public Shape shapeOfB() {
    return b.shape();
  }

  /** A copy of A in float32, [r, in]. The caller closes it. */
  public Tensor a() {
    return a.toFloat32();
  }

  /** A copy of B in float32, [out, r]. The caller closes it. */
  public Tensor b() {
    return b.toFloat32();
  }

  /** The shapes of both. */
  @Override
  public String toString() {
    return "A %s, B %s".formatted(a, b);
  }
}
