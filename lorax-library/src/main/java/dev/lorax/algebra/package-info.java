/**
 * What can be computed with adapters: combined, made smaller, made plain, taken out of two models.
 *
 * <pre>{@code
 * Combination ties = Combination.named("ties", CombinationOptions.density(0.5));
 * try (Adapter both = ties.of(List.of(new Weighted("poet", poet, 0.7), new Weighted("cook", cook, 0.4)))) {
 *   PeftFolder.write(Path.of("poet-and-cook"), base, both);
 * }
 * }</pre>
 *
 * <p>Nodes that share an A, as the parts of a fused matrix do, are treated as the one matrix that
 * PEFT has: {@link dev.lorax.algebra.TargetGroup}. Next: {@code dev.lorax.lora.AdapterBank}
 * combines adapters in a batch, row by row, without making a new one.
 */
package dev.lorax.algebra;
