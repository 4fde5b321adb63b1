/**
 * Text to token ids and back, bit for bit as the model's own tokenizer does it.
 *
 * <pre>{@code
 * try (Tokenizer tokenizer = Tokenizer.open(Path.of("models/gpt2"))) {
 *   int[] ids = tokenizer.encode("The Lorax speaks for the trees.");
 *   TextStream stream = tokenizer.stream();
 *   for (int id : ids) {
 *     System.out.print(stream.next(id)); // never half a character
 *   }
 *   System.out.println(stream.finish());
 * }
 * }</pre>
 *
 * <p>The package depends on nothing else of the project. Start at {@link dev.lorax.text.Tokenizer};
 * {@link dev.lorax.text.TextStream} serves generation, token by token. How the next token is chosen
 * is told in {@link dev.lorax.generate}.
 */
package dev.lorax.text;
