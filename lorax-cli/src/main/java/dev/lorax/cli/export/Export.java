package dev.lorax.cli.export;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.lora.Adapter;

/**
 * What is written.
 *
 * @param base the model, open
 * @param adapter over it
 */
public record Export(Checkpoint base, Adapter adapter) {}
