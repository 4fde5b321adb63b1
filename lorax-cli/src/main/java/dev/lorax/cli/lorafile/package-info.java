/**
 * {@code lorax lora-file}: LoRA files of Stable Diffusion, looked at, re-keyed and merged.
 *
 * <pre>{@code
 * lorax lora-file rekey style.safetensors --to diffusers --out style-diffusers.safetensors
 * }</pre>
 *
 * <p>{@link dev.lorax.diffusion} does the work.
 */
package dev.lorax.cli.lorafile;
