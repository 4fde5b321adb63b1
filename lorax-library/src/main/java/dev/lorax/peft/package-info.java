/**
 * Hugging Face PEFT's adapter folder, read and written: {@code adapter_config.json} beside {@code
 * adapter_model.safetensors}.
 *
 * <pre>{@code
 * PeftFolder.write(Path.of("forum-adapter"), base, adapter);
 * Adapter again = PeftFolder.read(Path.of("forum-adapter"), base);
 * }</pre>
 *
 * <p>Names come from the architecture's weight map; nothing here knows an architecture. Where a
 * checkpoint fuses several of our nodes in one matrix, adapters are cut and joined exactly: {@link
 * dev.lorax.peft.PeftModule} says how.
 */
package dev.lorax.peft;
