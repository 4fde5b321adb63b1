/**
 * Text to token ids and back, bit for bit as the model's own tokenizer does it.
 *
 * <pre>{@code
 * try (Tokenizer tokenizer = Tokenizer.open(Path.of("models/gpt2"))) {
 *   int[] ids = tokenizer.encode("The Lorax speaks for the trees.");
 *   System.out.println(tokenizer.decode(ids));
 * }
 * }</pre>
 *
 * <p>The package depends on nothing else of the project. Start at {@link dev.lorax.text.Tokenizer}.
 */
package dev.lorax.text;
