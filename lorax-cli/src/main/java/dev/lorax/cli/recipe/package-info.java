/**
 * A run's options in a file.
 *
 * <pre>{@code
 * model: models/gpt2
 * data: [chats.jsonl, more.jsonl]
 * rank: 16
 * }</pre>
 *
 * <p>The names are those of the command line, which wins. Next: {@code dev.lorax.cli.training} does
 * what they say.
 */
package dev.lorax.cli.recipe;
