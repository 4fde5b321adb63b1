/**
 * The Jinja template language, as chat templates are written in it: a small interpreter that gives
 * the same text as Python's, character by character.
 *
 * <pre>{@code
 * Template template = Template.parse("{% for name in names %}Hello {{ name|title }}! {% endfor %}");
 * String text = template.render(Map.of("names", List.of("ada", "grace")));
 * }</pre>
 *
 * <p>Start at {@link dev.lorax.jinja.Template}; {@code Lexer} and {@code StatementParser} read a
 * template, {@code Values} says what Python's values do. The package depends on nothing else of the
 * project; {@code dev.lorax.chat} uses it. Blocks are trimmed as with {@code trim_blocks} and
 * {@code lstrip_blocks}, {@code tojson} escapes nothing, and there are no other templates to
 * include.
 */
package dev.lorax.jinja;
