package dev.lorax.generate;

import java.util.OptionalLong;

/** Collects the options of a {@link Sampling}; each is explained there. */
public final class SamplingBuilder {
  private double temperature = 1;
  private int topK;
  private double topP = 1;
  private double minP;
  private double typicalP = 1;
  private double epsilonCutoff;
  private double repetitionPenalty = 1;
  private int noRepeatNgram;
  private OptionalLong seed = OptionalLong.empty();

  SamplingBuilder() {}

  SamplingBuilder(Sampling options) {
    temperature = options.temperature();
    topK = options.topK();
    topP = options.topP();
    minP = options.minP();
    typicalP = options.typicalP();
    epsilonCutoff = options.epsilonCutoff();
    repetitionPenalty = options.repetitionPenalty();
    noRepeatNgram = options.noRepeatNgram();
    seed = options.seed();
  }

  /** Divides the logits; 0 chooses the most likely token, always. */
  public SamplingBuilder temperature(double temperature) {
    this.temperature = temperature;
    return this;
  }

  /** Keeps this many of the most likely tokens; 0 keeps all. */
  public SamplingBuilder topK(int topK) {
    this.topK = topK;
    return this;
  }

  /** Keeps the most likely tokens that reach this probability together; 1 keeps all. */
  public SamplingBuilder topP(double topP) {
    this.topP = topP;
    return this;
  }

  /** Keeps tokens at least this fraction as likely as the most likely one; 0 keeps all. */
  public SamplingBuilder minP(double minP) {
    this.minP = minP;
    return this;
  }

  /** Keeps the most typical tokens that reach this probability together; 1 keeps all. */
  public SamplingBuilder typicalP(double typicalP) {
    this.typicalP = typicalP;
    return this;
  }

  /** Keeps tokens of at least this probability; 0 keeps all. */
  public SamplingBuilder epsilonCutoff(double epsilonCutoff) {
    this.epsilonCutoff = epsilonCutoff;
    return this;
  }

  /** Makes tokens that occurred before less likely where above 1; 1 is off. */
  public SamplingBuilder repetitionPenalty(double repetitionPenalty) {
    this.repetitionPenalty = repetitionPenalty;
    return this;
  }

  /** Forbids to repeat any run of this many tokens; 0 is off. */
  public SamplingBuilder noRepeatNgram(int noRepeatNgram) {
    this.noRepeatNgram = noRepeatNgram;
    return this;
  }

  /** Makes the draws repeatable, on every platform. */
  public SamplingBuilder seed(long seed) {
    this.seed = OptionalLong.of(seed);
    return this;
  }

  /**
   * The options, checked.
   *
   * @throws IllegalArgumentException if one is outside its range
   */
  public Sampling build() {
    return new Sampling(
        temperature,
        topK,
        topP,
        minP,
        typicalP,
        epsilonCutoff,
        repetitionPenalty,
        noRepeatNgram,
        seed);
  }
}
