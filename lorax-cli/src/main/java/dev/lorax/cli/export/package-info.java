/**
 * Forms in which adapters are written for other programs: one class a target.
 *
 * <pre>{@code
 * Targets.named("mlx").write(folder, new Export(base, adapter, Optional.empty()));
 * }</pre>
 *
 * <p>{@link dev.lorax.cli.export.Targets} lists them; {@link dev.lorax.cli.compatibility} knows
 * which program reads which.
 */
package dev.lorax.cli.export;
