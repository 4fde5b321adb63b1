package dev.lorax.generate;

import dev.lorax.graph.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How the next token is chosen: immutable, shared freely, checked when built.
 *
 * <p>Names, order and meaning are those of transformers' {@code generate}. By default every token
 * is drawn with the model's own probabilities.
 *
 * @param temperature divides the logits; 0 chooses the most likely token, always
 * @param topK keeps this many of the most likely tokens; 0 keeps all
 * @param topP keeps the most likely tokens that reach this probability together; 1 keeps all
 * @param minP keeps tokens at least this fraction as likely as the most likely one; 0 keeps all
 * @param typicalP keeps the most typical tokens that reach this probability; 1 keeps all
 * @param epsilonCutoff keeps tokens of at least this probability; 0 keeps all
 * @param repetitionPenalty makes tokens that occurred less likely where above 1; 1 is off
 * @param noRepeatNgram forbids to repeat any run of this many tokens; 0 is off
 * @param seed makes draws repeatable; without it every sampler draws anew
 */
public record Sampling(
    double temperature,
    int topK,
    double topP,
    double minP,
    double typicalP,
    double epsilonCutoff,
    double repetitionPenalty,
    int noRepeatNgram,
    OptionalLong seed) {

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if one is outside its range
   */
  public Sampling {
    check(temperature >= 0 && temperature < 1e6, "temperature", temperature, "0 (greedy) or more");
    check(topK >= 0, "top_k", topK, "a count, or 0 to keep all tokens");
    check(topP > 0 && topP <= 1, "top_p", topP, "above 0 and at most 1");
    check(minP >= 0 && minP <= 1, "min_p", minP, "from 0 to 1");
    check(typicalP > 0 && typicalP <= 1, "typical_p", typicalP, "above 0 and at most 1");
    check(epsilonCutoff >= 0 && epsilonCutoff < 1, "epsilon_cutoff", epsilonCutoff, "from 0 to 1");
    check(
        repetitionPenalty > 0 && repetitionPenalty < 1e6,
        "repetition_penalty",
        repetitionPenalty,
        "above 0; 1 is off, 1.1 is usual");
    check(noRepeatNgram >= 0, "no_repeat_ngram_size", noRepeatNgram, "a length, or 0 for off");
  }

  private static void check(boolean good, String name, Number value, String range) {
    if (!good) {
      throw new IllegalArgumentException(name + " is " + value + ", but must be " + range + ".");
    }
  }

  /** Always the most likely token. */
  public static Sampling greedy() {
    return builder().temperature(0).build();
  }

  /** Options to choose one by one; what is not set is off. */
  public static SamplingBuilder builder() {
    return new SamplingBuilder();
  }

  /** Whether the most likely token is taken, with no draw. */
  public boolean isGreedy() {
    return temperature == 0;
  }

  /** A sampler for one sequence. */
  public Sampler sampler() {
    return new Sampler(this);
  }

  /**
   * These options for one of several sequences, each with a seed of its own: the first keeps it.
   */
  Sampling forSequence(int number) {
    return number == 0 || seed.isEmpty()
        ? this
        : new SamplingBuilder(this).seed(Seeds.mix(seed.getAsLong(), number)).build();
  }

  /** The steps, in the order of transformers' {@code generate}; this is the one place of it. */
  List<LogitsProcessor> processors() {
    List<LogitsProcessor> steps = new ArrayList<>();
    addIf(repetitionPenalty != 1, steps, new RepetitionPenalty(repetitionPenalty));
    addIf(noRepeatNgram > 0, steps, new NoRepeatNgram(noRepeatNgram));
    if (isGreedy()) {
      return steps;
    }
    addIf(temperature != 1, steps, new Temperature(temperature));
    addIf(topK > 0, steps, new TopK(topK));
    addIf(topP < 1, steps, new TopP(topP));
    addIf(minP > 0, steps, new MinP(minP));
    addIf(typicalP < 1, steps, new TypicalP(typicalP));
    addIf(epsilonCutoff > 0, steps, new EpsilonCutoff(epsilonCutoff));
    return steps;
  }

  private static void addIf(boolean on, List<LogitsProcessor> steps, LogitsProcessor step) {
    if (on) {
      steps.add(step);
    }
  }
}
