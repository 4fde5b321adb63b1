/**
 * GGUF, the file format of llama.cpp and Ollama: read and written, whole models and adapters.
 *
 * <pre>{@code
 * GgufModel.write(Path.of("forum.gguf"), base, merge, GgufType.Q8_0);
 * GgufAdapter.write(Path.of("forum-lora.gguf"), base, adapter, GgufType.F16);
 * }</pre>
 *
 * <p>{@link dev.lorax.gguf.GgufFile} and {@link dev.lorax.gguf.GgufWriter} know the format alone;
 * {@link dev.lorax.gguf.GgufMap} is the table of names, and what llama.cpp stores otherwise than we
 * do. Next: {@code dev.lorax.peft}, the format to keep an adapter in.
 */
package dev.lorax.gguf;
