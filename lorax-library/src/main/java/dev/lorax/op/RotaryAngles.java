package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Tensor;

/**
 * Cosines and sines of every position's angles: int64 {@code [tokens]} gives float32 {@code
 * [tokens, head]}, cosines in the first half of a row, sines in the second.
 *
 * <p>Computed once; every layer's {@link Rotary} reads it.
 *
 * @param head how many numbers of an attention head are turned
 * @param theta base of the frequencies
 * @param scaling how the frequencies are stretched
 */
public record RotaryAngles(int head, double theta, RopeScaling scaling) implements Stepwise {
  @Override
  public Tensor apply(Call call) {
    Tensor frequencies = Tensor.of(scaling.frequencies(head, theta), 1, head / 2);
    Tensor positions = call.input(0).to(frequencies.dtype()).view(-1, 1);
    Tensor angles = positions.mul(frequencies); // [tokens, head / 2]
    Tensor table = Tensor.cat(1, angles.cos(), angles.sin());
    return scaling.attentionFactor() == 1 ? table : table.mul(scaling.attentionFactor());
  }

  @Override
  public Step step(Bound parameters) {
    float[] frequencies = scaling.frequencies(head, theta);
    float factor = (float) scaling.attentionFactor();
    return call -> {
      int[] positions = call.ids(0);
      float[] table = call.output(head).values();
      for (int row = 0; row < positions.length; row++) {
        for (int i = 0; i < frequencies.length; i++) {
          float angle = positions[row] * frequencies[i];
          table[row * head + i] = (float) Math.cos(angle) * factor;
          table[row * head + head / 2 + i] = (float) Math.sin(angle) * factor;
        }
      }
    };
  }

  @Override
  public String toString() {
    return "RotaryAngles(%d, theta %s, %s)"
        .formatted(
            head, theta, scaling.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
  }
}
