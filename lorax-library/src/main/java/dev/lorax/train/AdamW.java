package dev.lorax.train;

import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.FlatParameters.Group;

/**
 * Adam with decoupled weight decay (Loshchilov &amp; Hutter 2019, algorithm 2), with the bias
 * corrections of Kingma &amp; Ba (2015) and ε added as PyTorch does.
 */
final class AdamW implements AutoCloseable {
  /** Numbers that are moved at once: the caches hold them between the passes over them. */
  private static final long PIECE = 1 << 20;

  private final FlatParameters parameters;
  private final Tensor mean;
  private final Tensor square;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private long steps;

  AdamW(FlatParameters parameters, TrainingOptions options) {
    this.parameters = parameters;
    beta1 = options.beta1();
    beta2 = options.beta2();
    epsilon = options.epsilon();
    weightDecay = options.weightDecay();
    Tensor values = parameters.values();
    try (Scope scope = new Scope()) {
      mean = scope.release(Tensor.zeros(values.dtype(), values.shape().toArray()));
      square = scope.release(Tensor.zeros(values.dtype(), values.shape().toArray()));
    }
  }

  /** Moves the values one step; gradients stay as they are. */
  void step(double learningRate) {
    steps++;
    try (Gradients off = Gradients.off()) {
      for (Group group : parameters.groups()) {
        for (long from = 0; from < group.size(); from += PIECE) {
          try (Scope scope = new Scope()) {
            step(learningRate * group.rateFactor(), group.piece(from, PIECE));
          }
        }
      }
    }
  }

  private void step(double rate, Group piece) {
    Tensor gradients = piece.of(parameters.gradients());
    Tensor means = piece.of(mean).lerpInPlace(gradients, 1 - beta1);
    Tensor squares =
        piece.of(square).mulInPlace(beta2).addProductInPlace(gradients, gradients, 1 - beta2);
    double correction = Math.sqrt(1 - Math.pow(beta2, steps));
    Tensor deviation = squares.sqrt().mulInPlace(1 / correction).addInPlace(epsilon);
    piece
        .of(parameters.values())
        .mulInPlace(1 - rate * weightDecay)
        .addQuotientInPlace(means, deviation, -rate / (1 - Math.pow(beta1, steps)));
  }

  /** Steps taken so far. */
  long steps() {
    return steps;
  }

  /** Goes on as if so many steps had been taken; means and squares are written by the caller. */
  void resume(long taken) {
    steps = taken;
  }

  /** The mean of gradients, [count]. */
  Tensor mean() {
    return mean;
  }

  /** The mean of their squares, [count]. */
  Tensor square() {
    return square;
  }

  @Override
  public void close() {
    mean.close();
    square.close();
  }
}
