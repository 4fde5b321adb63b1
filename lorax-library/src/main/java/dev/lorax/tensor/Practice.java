package dev.lorax.tensor;

import java.nio.ByteBuffer;

/**
 * Runs the vectors' loops on a few numbers until the compiler has made machine code of them: until
 * then each vector operation is a method call, and a first token would take half a second.
 */
final class Practice {
  private static final int IN = 160; // a few turns of each loop, which cost little
  private static final int ROUNDS = 400;

  private final Vectors vectors;
  private final Span memory = Span.of(ByteBuffer.allocateDirect(4 * 64 * IN));
  private final float[] x = new float[8 * IN];
  private final float[] y = new float[8 * IN];

  private Practice(Vectors vectors) {
    this.vectors = vectors;
  }

  /** Returns when the loops are fast, or nearly. */
  static void run(Vectors vectors) {
    Practice practice = new Practice(vectors);
    for (int i = 0; i < ROUNDS; i++) {
      practice.products();
      practice.formulas();
      practice.attention();
    }
  }

  private void products() {
    Products.Output output = new Products.Output(y, 0, 9);
    vectors.bf16(memory, IN, 0, 9, x, 3, output);
    vectors.f32(memory, IN, 0, 9, x, 1, output);
  }

  private void formulas() {
    vectors.addScaled(vectors.dot(x, 0, y, 0, IN), x, 0, y, 0, IN);
    vectors.squares(x, 0, IN, vectors.sum(x, 0, IN));
    vectors.silu(x, y, 64);
    vectors.geluTanh(x, y, 64);
  }

  private void attention() {
    for (int queries = 1; queries <= 2; queries++) {
      vectors.scores(memory, 0, 64, 0, 64, x, 0, queries, 8, 1, y, 0);
      vectors.exponentials(y, 0, 64);
      vectors.mix(memory, 0, 64, 0, 8, y, 0, queries, 64, x, 0);
    }
  }
}
