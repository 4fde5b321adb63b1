package dev.lorax.generate;

import java.time.Duration;

/**
 * How much was decoded, and how long it took; time that the caller spends between tokens is not in
 * it.
 *
 * @param promptTokens tokens of all prompts
 * @param firstTokens tokens that came with the pass over the prompts: one for each
 * @param laterTokens tokens generated after those; end tokens count
 * @param promptTime for the prompts and the first tokens
 * @param decodingTime for all later tokens
 */
public record Measurement(
    int promptTokens,
    int firstTokens,
    int laterTokens,
    Duration promptTime,
    Duration decodingTime) {

  /** All tokens generated. */
  public int generatedTokens() {
    return firstTokens + laterTokens;
  }

  /** Tokens of prompts read per second; 0 before the first pass. */
  public double promptTokensPerSecond() {
    return rate(promptTokens, promptTime);
  }

  /** Later tokens generated per second; 0 before there is one. */
  public double tokensPerSecond() {
    return rate(laterTokens, decodingTime);
  }

  private static double rate(double count, Duration time) {
    return time.isZero() ? 0 : count / time.toNanos() * 1e9;
  }
}
