/**
 * Decoding: from a model's logits to the next token.
 *
 * <pre>{@code
 * Sampling sampling = Sampling.builder().temperature(0.8).topP(0.9).seed(42).build();
 * Sampler sampler = sampling.sampler(); // one for each sequence
 * int id = sampler.next(logits, tokens, length);
 * }</pre>
 *
 * <p>Logits are plain {@code float[]}, so this much runs without libtorch. {@link
 * dev.lorax.generate.Sampling} holds the options and, in one method, the order of the steps; each
 * step is a {@link dev.lorax.generate.LogitsProcessor} in a file of its own. Ids become text in
 * {@link dev.lorax.text}.
 */
package dev.lorax.generate;
