/**
 * Evaluation and its memory: runs a graph, frees each value at its last use, keeps keys and values
 * of decoded tokens.
 *
 * <pre>{@code
 * Session session = new Session(graph, parameters);
 * try (Scope scope = new Scope()) {
 *   Tensor logits = session.run(Pass.of(tokens, Sequences.of(tokens.length)), scope);
 * }
 * }</pre>
 *
 * <p>Next: {@code dev.lorax.train} and {@code dev.lorax.generate}, which loop over passes.
 */
package dev.lorax.run;
