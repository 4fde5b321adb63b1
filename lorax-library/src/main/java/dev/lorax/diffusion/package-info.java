/**
 * LoRA files of Stable Diffusion, as sd-scripts (Kohya) and diffusers write them: read, inspected,
 * re-keyed and merged. The models themselves are not run.
 *
 * <pre>{@code
 * try (Scope scope = new Scope()) {
 *   LoraFile style = LoraFile.read(Path.of("style.safetensors"), scope).requireKnown();
 *   style.write(Path.of("style-diffusers.safetensors"), KeyStyle.DIFFUSERS, DType.F16);
 * }
 * }</pre>
 *
 * <p>{@link dev.lorax.diffusion.Family} knows the modules of the models, by rules; {@link
 * dev.lorax.diffusion.KeyStyle} how files call them.
 */
package dev.lorax.diffusion;
