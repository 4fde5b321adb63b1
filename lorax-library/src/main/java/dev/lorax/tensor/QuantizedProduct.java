package dev.lorax.tensor;

/** Products of a quantised matrix with rows of the heap, where it lies too. */
record QuantizedProduct(Quantized weight) implements RowProduct {
  @Override
  public int out() {
    return (int) weight.shape().get(0);
  }

  @Override
  public Work work(Rows x, Rows y) {
    return weight.work(VectorUnit.products(), x, y);
  }

  @Override
  public void lookup(int[] ids, Rows y) {
    int in = (int) weight.shape().get(1);
    for (int i = 0; i < ids.length; i++) {
      weight.row(ids[i], y.values(), i * in);
    }
  }
}
