package dev.lorax.chat;

/**
 * A part of a text.
 *
 * @param start its first character, in UTF-16 units as {@link String#charAt} counts
 * @param end after its last one
 */
public record Span(int start, int end) {}
