package dev.lorax.cli.export;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.gguf.GgufType;
import dev.lorax.lora.Adapter;
import java.util.Optional;

/**
 * What is written.
 *
 * @param base the model, open
 * @param adapter over it
 * @param type of its numbers; empty for targets that have no choice
 */
public record Export(Checkpoint base, Adapter adapter, Optional<GgufType> type) {}
