/**
 * Adapters that begin with data: EVA finds the directions in which the inputs of the adapted nodes
 * vary most.
 *
 * <pre>{@code
 * LoraConfig config = LoraConfig.builder().rank(8).start(new EvaStart()).build();
 * Adapter adapter = Eva.adapter(base, config, batches, 42);
 * }</pre>
 *
 * <p>Next: {@code dev.lorax.lora} has the starts that need no data.
 */
package dev.lorax.eva;
