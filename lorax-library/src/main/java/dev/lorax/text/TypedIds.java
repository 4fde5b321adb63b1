package dev.lorax.text;

/**
 * One text or a pair as tokens.
 *
 * @param ids one a token, special ones included
 * @param types of the tokens: 0, or what the tokenizer says of the second text's, usually 1
 */
public record TypedIds(int[] ids, int[] types) {}
