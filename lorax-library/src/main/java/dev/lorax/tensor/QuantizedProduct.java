package dev.lorax.tensor;

/** Products, by those kernels, of a quantised matrix with rows of the heap, where it lies too. */
record QuantizedProduct(Quantized weight, Products products) implements RowProduct {
  @Override
  public int out() {
    return Math.toIntExact(weight.shape().get(0));
  }

  @Override
  public Work work(Rows x, Rows y) {
    return weight.work(products, x, y);
  }

  @Override
  public void lookup(int[] ids, Rows y) {
    int in = (int) weight.shape().get(1);
    for (int i = 0; i < ids.length; i++) {
      weight.row(ids[i], y.values(), i * in);
    }
  }
}
