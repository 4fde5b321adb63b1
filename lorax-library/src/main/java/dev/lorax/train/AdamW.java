package dev.lorax.train;

import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;

/**
 * Adam with decoupled weight decay (Loshchilov &amp; Hutter 2019, algorithm 2), with the bias
 * corrections of Kingma &amp; Ba (2015) and ε added as PyTorch does.
 */
final class AdamW implements AutoCloseable {
  private final Tensor mean;
  private final Tensor square;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private long steps;

  AdamW(Tensor values, TrainingOptions options) {
    beta1 = options.beta1();
    beta2 = options.beta2();
    epsilon = options.epsilon();
    weightDecay = options.weightDecay();
    try (Scope scope = new Scope()) {
      mean = scope.release(Tensor.zeros(values.dtype(), values.shape().toArray()));
      square = scope.release(Tensor.zeros(values.dtype(), values.shape().toArray()));
    }
  }

  /** Moves the values one step; gradients stay as they are. */
  void step(Tensor values, Tensor gradients, double learningRate) {
    steps++;
    try (Scope scope = new Scope()) {
      values.mulInPlace(1 - learningRate * weightDecay);
      mean.lerpInPlace(gradients, 1 - beta1);
      square.mulInPlace(beta2).addProductInPlace(gradients, gradients, 1 - beta2);
      double correction = Math.sqrt(1 - Math.pow(beta2, steps));
      Tensor deviation = square.sqrt().mulInPlace(1 / correction).addInPlace(epsilon);
      values.addQuotientInPlace(mean, deviation, -learningRate / (1 - Math.pow(beta1, steps)));
    }
  }

  @Override
  public void close() {
    mean.close();
    square.close();
  }
}
