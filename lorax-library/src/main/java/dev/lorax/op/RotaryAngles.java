package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Sequences;
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
    Tensor positions = call.input(0);
    Tensor frequencies =
        scaling.reach() == Long.MAX_VALUE
            ? Tensor.of(scaling.frequencies(head, theta), 1, head / 2)
            : ofSequences(positions, call.sequences());
    Tensor angles = positions.to(frequencies.dtype()).view(-1, 1).mul(frequencies);
    Tensor table = Tensor.cat(1, angles.cos(), angles.sin()); // [tokens, head]
    return scaling.attentionFactor() == 1 ? table : table.mul(scaling.attentionFactor());
  }

  /** The frequencies of every token, [tokens, head / 2], by the length of its sequence. */
  private Tensor ofSequences(Tensor positions, Sequences sequences) {
    long[] numbers = positions.toLongs();
    Tensor near = Tensor.of(scaling.frequencies(head, theta), 1, head / 2);
    Tensor far = Tensor.of(scaling.beyond(head, theta), 1, head / 2);
    Tensor[] parts = new Tensor[sequences.count()];
    int end = 0;
    for (int i = 0; i < parts.length; i++) {
      end += sequences.length(i);
      boolean isNear = numbers[end - 1] < scaling.reach();
      parts[i] = (isNear ? near : far).expand(sequences.length(i), -1);
    }
    return Tensor.cat(0, parts);
  }

  @Override
  public Step step(Bound parameters) {
    float[] near = scaling.frequencies(head, theta);
    float[] far = scaling.beyond(head, theta);
    float factor = (float) scaling.attentionFactor();
    return call -> {
      int[] positions = call.ids(0);
      float[] table = call.output(head).values();
      for (int row = 0; row < positions.length; row++) {
        float[] frequencies = positions[row] < scaling.reach() ? near : far;
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
