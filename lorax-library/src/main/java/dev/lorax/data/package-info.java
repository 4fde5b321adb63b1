/**
 * Samples to learn from: what files hold, and what a model sees of it.
 *
 * <pre>{@code
 * try (DataFile file = DataFile.open(Path.of("chats.jsonl.gz"))) {
 *   System.out.println(file.format());     // chat messages, JSON lines, gzipped (unpacked to …)
 *   EncodingOptions options = EncodingOptions.limit(1024).overlong(Overlong.SPLIT);
 *   Examples examples =
 *       new EncodedFile(file, new SampleEncoder(tokenizer, ChatTemplate.open(folder), options));
 *   Split split = Split.of(examples, 0.05, 42);
 *   split.train().examples(0);             // the ids of a sample, and which of them are learned
 * }
 * }</pre>
 *
 * <p>{@link dev.lorax.data.DataFile} finds the samples of a file by number, {@link
 * dev.lorax.data.SampleEncoder} makes tokens of one, {@link dev.lorax.data.Mixture} weighs several
 * files. What is wrong with a sample is a {@link dev.lorax.data.Finding}. Next: {@code
 * dev.lorax.train}, which forms batches of {@link dev.lorax.data.Examples}.
 */
package dev.lorax.data;
