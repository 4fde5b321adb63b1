package dev.lorax.generate;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses the next token of one sequence from a model's logits.
 *
 * <p>Logits pass the steps of its {@link Sampling}; then the most likely token is taken, or one is
 * drawn with the softmax of what is left. The same seed and logits give the same tokens on every
 * platform. A sampler keeps its memory from token to token and serves one thread.
 */
public final class Sampler {
  private final boolean greedy;
  private final List<LogitsProcessor> steps;
  private final SplittableRandom random;
  private float[] logits = new float[0];
  private double[] weights = new double[0];

  Sampler(Sampling sampling) {
    greedy = sampling.isGreedy();
    steps = sampling.processors();
    random =
        sampling.seed().isPresent()
            ? new SplittableRandom(sampling.seed().getAsLong())
            : new SplittableRandom();
  }

  /**
   * Chooses a token.
   *
   * @param scores the model's logits for the next position, {@code [vocabulary]}; not changed
   * @param tokens the ids so far, prompt included; only the first {@code length} count
   * @param length the number of ids so far
   * @return the id of the chosen token
   * @throws IllegalArgumentException if a logit is NaN or positive infinity, if an id so far has no
   *     logit, or if no token is left to choose
   */
  public int next(float[] scores, int[] tokens, int length) {
    process(scores, tokens, length);
    return greedy ? mostLikely() : draw();
  }

  /** Whether it takes the largest logit as it comes, the first of equal ones. */
  boolean takesLargest() {
    return greedy && steps.isEmpty();
  }

  /** The probabilities with which {@link #next} would choose, {@code [vocabulary]}; for a look. */
  public double[] probabilities(float[] scores, int[] tokens, int length) {
    process(scores, tokens, length);
    double[] result = new double[logits.length];
    if (greedy) {
      result[mostLikely()] = 1;
      return result;
    }
    double total = weigh();
    for (int i = 0; i < result.length; i++) {
      result[i] = weights[i] / total;
    }
    return result;
  }

  private void process(float[] scores, int[] tokens, int length) {
    check(scores, tokens, length);
    if (logits.length != scores.length) {
      logits = new float[scores.length];
      weights = new double[scores.length];
    }
    System.arraycopy(scores, 0, logits, 0, scores.length);
    for (LogitsProcessor step : steps) {
      step.process(logits, tokens, length);
    }
    if (Softmax.max(logits) == Float.NEGATIVE_INFINITY) {
      throw new IllegalArgumentException(
          "No token is left to choose: every logit is -infinity; relax no_repeat_ngram_size or the"
              + " mask on the logits.");
    }
  }

  private static void check(float[] scores, int[] tokens, int length) {
    for (int i = 0; i < scores.length; i++) {
      if (!(scores[i] < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "The logit of token "
                + i
                + " is "
                + scores[i]
                + ": the model's values overflowed; run it in float32 or bfloat16, or check the"
                + " adapter's weights.");
      }
    }
    for (int i = 0; i < length; i++) {
      if (tokens[i] < 0 || tokens[i] >= scores.length) {
        throw new IllegalArgumentException(
            "Token " + tokens[i] + " has no logit: the model gave " + scores.length + " of them.");
      }
    }
  }

  private int mostLikely() {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  private int draw() {
    double rest = weigh() * random.nextDouble();
    int last = -1;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        rest -= weights[i];
        if (rest < 0) {
          return i;
        }
      }
    }
    // Rounding alone leads here: the draw fell on the very end.
    return last;
  }

  private double weigh() {
    float max = Softmax.max(logits);
    double total = 0;
    for (int i = 0; i < logits.length; i++) {
      weights[i] = Softmax.weight(logits[i], max);
      total += weights[i];
    }
    return total;
  }
}
