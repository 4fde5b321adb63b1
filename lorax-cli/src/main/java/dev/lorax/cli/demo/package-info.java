/**
 * The texts and the tokenizer of {@code lorax demo}, made from nothing but hand-written phrases and
 * a seed.
 *
 * <pre>{@code
 * String corpus = Storyteller.corpus(1, 7_000_000);       // what the base model reads
 * BpeModel vocabulary = BpeTrainer.train(corpus, 1024);   // how it reads it
 * TokenizerFolder.write(folder, vocabulary, 512);         // tokenizer.json for anyone
 * String log = LogBook.write(LogBook.SEED, LogBook.SIZE); // what the adapter learns
 * }</pre>
 *
 * <p>Start with {@link dev.lorax.cli.demo.Storyteller}; the phrases are in the {@code
 * stories-*.txt} and {@code log-book.txt} resources beside it, in the notation that {@code Grammar}
 * explains.
 */
package dev.lorax.cli.demo;
