package dev.lorax.cli.bench;

import dev.lorax.lora.Adapter;
import java.util.Optional;

/**
 * All that one benchmark of a model found.
 *
 * @param bench its name
 * @param subject the model
 * @param batch sequences together
 * @param seq tokens of each, on average, of its prompt where it decodes
 * @param adapter one of the adapters; empty: the base alone
 * @param adapters how many there are
 * @param unit what was repeated: a step, a prompt, a token
 * @param tokens of one repetition
 * @param repetition the times
 * @param limit the machine's
 */
record Measured(
    String bench,
    Subject subject,
    int batch,
    int seq,
    Optional<Adapter> adapter,
    int adapters,
    String unit,
    long tokens,
    Repetition repetition,
    Limit limit) {

  /** Tokens a second in the median. */
  double tokensPerSecond() {
    return tokens / repetition.millis().median() * 1e3;
  }

  /** Tokens a second that the machine's limit allows. */
  double limitTokensPerSecond() {
    return tokens / limit.seconds();
  }

  /** The part of the limit that was reached, in the median. */
  double share() {
    return tokensPerSecond() / limitTokensPerSecond();
  }
}
