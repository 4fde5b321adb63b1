package dev.lorax.cli.report;

import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import java.util.Arrays;
import java.util.List;

/**
 * How the model goes on with the same text before and after training.
 *
 * @param prompt the text
 * @param base how the base goes on
 * @param adapted how the base with its adapter goes on
 */
public record Sample(String prompt, String base, String adapted) {
  private static final int PROMPT_TOKENS = 16;
  private static final int TOKENS = 80;

  /** A sample of both, drawn alike. */
  public static Sample of(LanguageModel base, Adapter adapter, String prompt, long seed) {
    return new Sample(
        prompt,
        text(Generation.of(base), prompt, seed),
        text(Generation.of(base, adapter), prompt, seed));
  }

  /** The beginning of a text, as a prompt. */
  public static String promptOf(LanguageModel base, int[] tokens) {
    int most = Math.min(PROMPT_TOKENS, base.architecture().context());
    return base.tokenizer().decode(Arrays.copyOf(tokens, Math.min(most, tokens.length)));
  }

  private static String text(GenerationBuilder generation, String prompt, long seed) {
    generation.temperature(0.7).topP(0.95).seed(seed).maxTokens(TOKENS);
    return generation.prompts(List.of(prompt)).get(0).text();
  }
}
