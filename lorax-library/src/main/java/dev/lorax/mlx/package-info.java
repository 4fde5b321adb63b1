/**
 * The adapter folder of mlx-lm, read and written: {@code adapter_config.json} beside {@code
 * adapters.safetensors}.
 *
 * <pre>{@code
 * MlxFolder.write(Path.of("forum-mlx"), base, adapter);
 * Adapter again = MlxFolder.read(Path.of("forum-mlx"), base);
 * }</pre>
 *
 * <p>{@link dev.lorax.peft} is the format that can say more.
 */
package dev.lorax.mlx;
