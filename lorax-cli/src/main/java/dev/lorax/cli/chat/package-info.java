/**
 * Talking with a model in a terminal, turn by turn.
 *
 * <pre>{@code
 * you>  Who ate the biscuits?        Conversation: what was said, and what of it still fits
 * cook> The rats, matey.             ChatFormat:   all of it as tokens, by the chat template
 * you>  /base                        ChatLoop:     lines that are commands, and those that are not
 * }</pre>
 *
 * <p>Every answer is a fresh generation after the whole conversation. Start at {@link
 * dev.lorax.cli.chat.ChatLoop}. Next: {@code dev.lorax.chat}, which reads chat templates.
 */
package dev.lorax.cli.chat;
