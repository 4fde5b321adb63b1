/**
 * The folder in which a run lives, so that nothing of it is ever lost.
 *
 * <pre>
 * forum-adapter/
 *   adapter_model.safetensors, adapter_config.json   the adapter, in the end
 *   best/                                            the adapter of the best measurement
 *   recipe.yaml                                      every option: 'lorax train --resume' needs no more
 *   metrics.jsonl                                    a line for each step, written as it happens
 *   checkpoints/step-00000200/                       adapter, optimiser, state; whole or not there
 * </pre>
 *
 * <p>Next: {@code dev.lorax.cli.training} is what happens in it.
 */
package dev.lorax.cli.run;
