package dev.lorax.data;

import dev.lorax.chat.Answers;

/**
 * How samples become tokens.
 *
 * @param limit the most tokens of an example, at least 2
 * @param overlong what becomes of longer samples
 * @param answers which answers of a conversation are learned
 * @param prompts whether prompts, questions and templates are learned too
 * @param asChat whether a prompt and a completion of plain text are a conversation for the chat
 *     template
 */
public record EncodingOptions(
    int limit, Overlong overlong, Answers answers, boolean prompts, boolean asChat) {
  /** Checks the limit. */
  public EncodingOptions {
    if (limit < 2) {
      throw new IllegalArgumentException(
          "An example needs at least 2 tokens, one to predict the other; the limit is " + limit);
    }
  }

  /** Examples of at most that many tokens, cut; the last answer of a conversation is learned. */
  public static EncodingOptions limit(int tokens) {
    return new EncodingOptions(tokens, Overlong.CUT, Answers.LAST, false, false);
  }

  /** The same, with that done to longer samples. */
  public EncodingOptions overlong(Overlong what) {
    return new EncodingOptions(limit, what, answers, prompts, asChat);
  }

  /** The same, learning those answers. */
  public EncodingOptions answers(Answers which) {
    return new EncodingOptions(limit, overlong, which, prompts, asChat);
  }

  /** The same, learning everything or answers alone. */
  public EncodingOptions prompts(boolean learned) {
    return new EncodingOptions(limit, overlong, answers, learned, asChat);
  }

  /** The same, with plain prompts and completions as chat or as they are. */
  public EncodingOptions asChat(boolean chat) {
    return new EncodingOptions(limit, overlong, answers, prompts, chat);
  }
}
