/**
 * Decoding: from a prompt to a text.
 *
 * <pre>{@code
 * try (Generation text = Generation.of(base, adapter).topP(0.8).prompt("<title>")) {
 *   text.forEachRemaining(System.out::print);
 * }
 * }</pre>
 *
 * <p>Start at {@link dev.lorax.generate.Generation}. Under it {@code Decoding} runs the model and
 * yields ids, {@code Transcript} makes text of them up to a stop string. How a token is chosen
 * knows plain {@code float[]} alone and runs without libtorch: {@link dev.lorax.generate.Sampling}
 * holds the options and, in one method, the order of the steps; each step is a {@link
 * dev.lorax.generate.LogitsProcessor} in a file of its own. Passes and their memory are told in
 * {@link dev.lorax.run}, ids and characters in {@link dev.lorax.text}.
 */
package dev.lorax.generate;
