package dev.lorax.text;

/**
 * A text as tokens, and where in it each of them stands.
 *
 * <p>Several tokens may share a character, as the bytes of an emoji do; a character may belong to
 * none, as a space that a tokenizer drops. Places count UTF-16 units, as {@link String#charAt}
 * does.
 *
 * @param ids one a token
 * @param starts the first character of each token, or {@link #NOWHERE} for a special token that was
 *     added to the text
 * @param ends after the last character of each, or {@link #NOWHERE}
 */
public record Encoding(int[] ids, int[] starts, int[] ends) {
  /** The place of a token that the text does not spell. */
  public static final int NOWHERE = -1;
}
