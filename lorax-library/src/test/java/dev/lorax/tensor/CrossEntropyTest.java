package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CrossEntropyTest {
  private static final int ROWS = 70; // several blocks of this vocabulary
  private static final int VOCABULARY = 50_257;

  @Test
  void sumAndSlopeEqualThoseOfTheEngine() {
    try (Scope scope = new Scope()) {
      Tensor logits = Tensor.normal(DType.F32, 3, 1, ROWS, VOCABULARY);
      Tensor targets = targets();
      Tensor leaf = logits.copy().requireGradient();
      double expected;
      try (Gradients on = Gradients.on()) {
        Tensor loss = Kernels.crossEntropySum(leaf, targets);
        loss.mul(0.25).backward();
        expected = loss.item();
      }
      Tensor gradient = leaf.gradient();
      try (Gradients off = Gradients.off()) {
        assertThat(CrossEntropy.PLAIN.sum(logits, targets)).isCloseTo(expected, within(1e-2));
        assertThat(CrossEntropy.PLAIN.slope(logits, targets, 0.25))
            .isCloseTo(expected, within(1e-2));
        assertThat(logits.sub(gradient).abs().max().item()).isLessThan(1e-6);
      }
    }
  }

  @Test
  void bfloat16LogitsAreSummedInFloat32() {
    try (Scope scope = new Scope()) {
      Tensor rounded = Tensor.normal(DType.F32, 3, 1, ROWS, VOCABULARY).to(DType.BF16);
      double exact = CrossEntropy.PLAIN.sum(rounded.to(DType.F32), targets());
      assertThat(CrossEntropy.PLAIN.sum(rounded, targets())).isEqualTo(exact);
    }
  }

  private static Tensor targets() {
    return Tensor.of(new Random(2).longs(ROWS, 0, VOCABULARY).toArray(), ROWS);
  }
}
