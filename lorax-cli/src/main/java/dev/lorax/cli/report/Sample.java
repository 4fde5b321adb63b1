package dev.lorax.cli.report;

import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import java.util.List;

/**
 * How the model goes on with the same text before and after training.
 *
 * @param prompt the text
 * @param base how the base goes on
 * @param adapted how the base with its adapter goes on
 */
public record Sample(String prompt, String base, String adapted) {
  private static final int TOKENS = 80;

  /** A sample of both, drawn alike. */
  public static Sample of(LanguageModel base, Adapter adapter, String prompt, long seed) {
    return of(base, adapter, base.tokenizer().encodeWithSpecials(prompt), seed);
  }

  /** A sample of both, drawn alike, after those tokens. */
  public static Sample of(LanguageModel base, Adapter adapter, int[] prompt, long seed) {
    return new Sample(
        base.tokenizer().decode(prompt),
        text(Generation.of(base), prompt, seed),
        adapted(base, adapter, prompt, seed));
  }

  /** How the adapted model alone goes on. */
  public static String adapted(LanguageModel base, Adapter adapter, int[] prompt, long seed) {
    return text(Generation.of(base, adapter), prompt, seed);
  }

  private static String text(GenerationBuilder generation, int[] prompt, long seed) {
    generation.temperature(0.7).topP(0.95).seed(seed).maxTokens(TOKENS);
    return generation.promptIds(List.of(prompt)).get(0).text();
  }
}
