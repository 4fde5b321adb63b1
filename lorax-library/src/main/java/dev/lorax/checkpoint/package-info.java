/**
 * The files of a checkpoint: tensors read from safetensors without copying, or from PyTorch's
 * pickles without running them, and written so that a crash leaves either the old file or the new
 * one.
 *
 * <pre>{@code
 * try (Weights weights = Weights.open(Path.of("models/gpt2"))) {
 *   try (Tensor table = weights.get("wte.weight")) {
 *     System.out.println(table);                // F32[50257, 768], read from disk when touched
 *   }
 * }
 * }</pre>
 *
 * <p>{@link dev.lorax.checkpoint.Safetensors} explains who owns what. Whatever is wrong with a file
 * comes as one line, a {@link dev.lorax.checkpoint.CheckpointException}. Next: {@code
 * dev.lorax.model}, which gives the tensors their names in a graph.
 */
package dev.lorax.checkpoint;
