/**
 * Conversations, and the templates by which models write them as text.
 *
 * <pre>{@code
 * ChatTemplate template = ChatTemplate.open(Path.of("models/qwen3")).orElseThrow();
 * Chat chat = Chat.of(List.of(
 *     Chat.message("user", "Who speaks for the trees?"),
 *     Chat.message("assistant", "The Lorax.")));
 * Rendered rendered = template.render(chat, Answers.ALL);
 * Span answer = rendered.answers().get(0); // of rendered.text(): "The Lorax.<|im_end|>\n"
 * }</pre>
 *
 * <p>Start at {@link dev.lorax.chat.ChatTemplate}, which tells how answers are found. The language
 * of templates is {@link dev.lorax.jinja}; {@code dev.lorax.data} makes samples of the texts.
 */
package dev.lorax.chat;
