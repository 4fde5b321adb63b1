/**
 * Papers as programs: each architecture is one file, a record that is its config, with its graph in
 * the order of the paper and its weight map as invertible data.
 *
 * <pre>{@code
 * Architecture gpt2 = Architecture.of(ModelConfig.read(folder.resolve("config.json")));
 * Graph graph = gpt2.graph();            // no weights are allocated
 * WeightMap weights = gpt2.weights();    // decoder.blocks.0.self_attention.query.weight ← c_attn …
 * }</pre>
 *
 * <p>Names are the papers', the same everywhere; Hugging Face's names appear only in weight maps.
 * To add one: write the record, add a line to {@link dev.lorax.model.Architecture#KNOWN}, and let
 * the parity kit run on its fixtures. Next: {@code dev.lorax.checkpoint} fills graphs with weights.
 */
package dev.lorax.model;
