package dev.lorax.tensor;

/**
 * A product with few tokens of a quantised matrix, some rows of which are made plain at a time, and
 * multiplied while they are in the cache as if they had always been plain.
 */
final class ExpandedWork implements RowProduct.Work {
  private final Quantized weight;
  private final DType type;
  private final int in;
  private final float[] numbers;
  private final int tokens;
  private final Rows y;

  ExpandedWork(Quantized weight, Rows x, Rows y) {
    this.weight = weight;
    type = weight.type() == DType.BF16 ? DType.BF16 : DType.F32;
    in = (int) weight.shape().get(1);
    numbers = type == DType.BF16 ? x.halves() : x.values();
    tokens = x.count();
    this.y = y;
  }

  @Override
  public void rows(int from, int to) {
    int step = Math.min(to - from, Products.CACHED);
    try (Tensor memory = Tensor.empty(type, step, in)) {
      Span span = Span.of(memory);
      for (int first = from; first < to; first += step) {
        int count = Math.min(step, to - first);
        Region region = new Region(first, count, 0, in);
        weight.write(VectorUnit.products(), region, new Plain(span, type, region, in));
        multiply(span, first, count);
      }
    }
  }

  private void multiply(Span span, int first, int count) {
    Vectors vectors = VectorUnit.vectors().orElseThrow();
    Products.Output output = new Products.Output(y.values(), first, y.width());
    if (type == DType.BF16) {
      vectors.bf16(span, in, 0, count, numbers, tokens, output);
    } else {
      vectors.f32(span, in, 0, count, numbers, tokens, output);
    }
  }
}
