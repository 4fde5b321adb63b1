package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.tensor.AttentionProducts.Slopes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the engine's fused kernel, for sequences in one block and in several, in lent memory. */
class AttentionProductsTest {
  private static final long KEY_HEADS = 3;
  private static final long GROUP = 2;
  private static final long HEAD = 8;

  @ParameterizedTest
  @CsvSource({
    "40, 1000, true",
    "40, 7, true",
    "700, 1000, true",
    "700, 300, true",
    "513, 5, true",
    "40, 1000, false",
    "700, 1000, false"
  })
  void valueAndSlopesEqualThoseOfTheFusedKernel(int time, int window, boolean causal) {
    try (Scope scope = new Scope()) {
      Tensor q = Tensor.normal(DType.F32, 1, 1, KEY_HEADS, GROUP, time, HEAD).requireGradient();
      Tensor k = Tensor.normal(DType.F32, 1, 2, KEY_HEADS, time, HEAD).requireGradient();
      Tensor v = Tensor.normal(DType.F32, 1, 3, KEY_HEADS, time, HEAD).requireGradient();
      Tensor gradient = Tensor.normal(DType.F32, 1, 4, KEY_HEADS, GROUP, time, HEAD);
      Tensor expected;
      try (Gradients on = Gradients.on()) {
        expected = fused(q, k, v, causal ? Kernels.slidingMask(time, time, window) : null);
        expected.mul(gradient).sum().backward();
      }
      try (Gradients off = Gradients.off();
          BufferPool pool = new BufferPool();
          BufferPool.Opening lent = pool.open()) {
        AttentionProducts products =
            new AttentionProducts(q, k, v, window, 0.3, Double.POSITIVE_INFINITY, causal);
        AttentionProducts.Mixed mixed = products.mix();
        requireClose(mixed.mixed(), expected);
        Slopes slopes = products.back(gradient, mixed.weights());
        requireClose(slopes.queries(), q.gradient());
        requireClose(slopes.keys(), k.gradient());
        requireClose(slopes.values(), v.gradient());
      }
    }
  }

  /** The engine's derivative of the formula as it stands, in one block and in several. */
  @ParameterizedTest
  @CsvSource({"40, 1000", "40, 7", "700, 1000", "700, 300"})
  void cappedValueAndSlopesEqualTheEngines(int time, int window) {
    try (Scope scope = new Scope()) {
      Tensor q = Tensor.normal(DType.F32, 1, 1, KEY_HEADS, GROUP, time, HEAD).requireGradient();
      Tensor k = Tensor.normal(DType.F32, 1, 2, KEY_HEADS, time, HEAD).requireGradient();
      Tensor v = Tensor.normal(DType.F32, 1, 3, KEY_HEADS, time, HEAD).requireGradient();
      Tensor gradient = Tensor.normal(DType.F32, 1, 4, KEY_HEADS, GROUP, time, HEAD);
      Tensor expected;
      try (Gradients on = Gradients.on()) {
        Tensor queries = q.view(1, KEY_HEADS * GROUP, time, HEAD);
        Tensor keys = k.view(1, KEY_HEADS, time, HEAD);
        Tensor values = v.view(1, KEY_HEADS, time, HEAD);
        Tensor mask = Kernels.slidingMask(time, time, window);
        expected = Kernels.cappedAttention(queries, keys, values, mask, 0.9, 0.7);
        expected.mul(gradient.view(1, KEY_HEADS * GROUP, time, HEAD)).sum().backward();
      }
      try (Gradients off = Gradients.off();
          BufferPool pool = new BufferPool();
          BufferPool.Opening lent = pool.open()) {
        AttentionProducts products = new AttentionProducts(q, k, v, window, 0.9, 0.7, true);
        AttentionProducts.Mixed mixed = products.mix();
        requireClose(mixed.mixed(), expected.view(KEY_HEADS, GROUP, time, HEAD));
        Slopes slopes = products.back(gradient, mixed.weights());
        requireClose(slopes.queries(), q.gradient());
        requireClose(slopes.keys(), k.gradient());
        requireClose(slopes.values(), v.gradient());
      }
    }
  }

  private static Tensor fused(Tensor q, Tensor k, Tensor v, Tensor mask) {
    int time = (int) q.size(2);
    Tensor queries = q.view(1, KEY_HEADS * GROUP, time, HEAD);
    return Kernels.attention(
            queries,
            k.view(1, KEY_HEADS, time, HEAD),
            v.view(1, KEY_HEADS, time, HEAD),
            mask,
            false,
            0.3)
        .view(KEY_HEADS, GROUP, time, HEAD);
  }

  private static void requireClose(Tensor found, Tensor expected) {
    double largest = expected.abs().max().item();
    assertThat(found.sub(expected).abs().max().item()).isLessThan(2e-5 * Math.max(1, largest));
  }
}
