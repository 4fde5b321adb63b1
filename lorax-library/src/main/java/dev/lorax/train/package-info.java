/**
 * Optimisation of any parameters of any graph; it does not know LoRA.
 *
 * <pre>{@code
 * try (Trainer trainer = Trainer.of(base, adapter, batches).learningRate(3e-4).steps(300).build()) {
 *   for (Step step : trainer) {
 *     System.out.println(step);
 *   }
 * }
 * }</pre>
 *
 * <p>Training is an iterator: logging, evaluating, saving and stopping belong to the caller, and
 * steps hold Java values only. {@link dev.lorax.train.TrainerState} lets a run go on from disk.
 * Next: {@code dev.lorax.peft} stores what was trained.
 */
package dev.lorax.train;
