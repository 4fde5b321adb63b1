package dev.lorax.tensor;

import jdk.incubator.vector.IntVector;

/** Products of quantised rows with few tokens, on the widest vectors that the processor has. */
final class VectorProducts implements Products {
  private static final int LANES = IntVector.SPECIES_PREFERRED.length();

  /** Checks that vectors are wide enough: with 128 bits the layout does not pay. */
  VectorProducts() {
    if (LANES < 8) {
      throw new UnsupportedOperationException("the processor's vectors have less than 256 bits");
    }
  }

  @Override
  public int few() {
    return 96; // 64 take half of what expanding costs, 128 as long
  }

  @Override
  public void int8(byte[] values, float[] scales, int from, int to, Interleaved x, Output y) {
    Int8Products.multiply(values, scales, from, to, x, y);
  }

  @Override
  public void int4(int[] packed, int from, int to, Rounded x, Output y) {
    Int4Products.multiply(packed, from, to, x, y);
  }

  @Override
  public void int8Values(byte[] values, float[] scales, int in, Region part, Plain target) {
    Int8Products.values(values, scales, in, part, target);
  }

  @Override
  public void int4Values(int[] packed, int in, Region part, Plain target) {
    Int4Products.values(packed, in, part, target);
  }

  @Override
  public void nf4Values(Span packed, BlockScales scales, int in, Region part, Plain target) {
    Nf4Products.values(packed, scales, in, part, target);
  }
}
