/**
 * What a program is: an immutable graph of named nodes, each an op applied to other nodes' values.
 *
 * <pre>{@code
 * GraphBuilder b = new GraphBuilder();
 * int tokens = b.add("input.tokens", new Input("tokens"));
 * int x = b.add("embedder.token", new Embedding(1000, 64), tokens);
 * int y = b.add("head", new Dense(64, 1000, false), x);
 * System.out.println(b.build(y));
 * }</pre>
 *
 * <p>A graph knows nothing of weights, of training or of LoRA; it can be read, printed, compared
 * and rewritten. Next: {@code dev.lorax.op} for the formulas, {@code dev.lorax.lora} for the
 * rewrite, {@code dev.lorax.run} for evaluation.
 */
package dev.lorax.graph;
