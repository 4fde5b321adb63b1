package dev.lorax.generate;

import java.util.Arrays;

/**
 * A text that has been generated to its end.
 *
 * @param text what follows the prompt, without end token and stop string
 * @param ids every token generated, the one that ended it included
 * @param reason why it ended
 */
public record Generated(String text, int[] ids, StopReason reason) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Generated that
        && text.equals(that.text)
        && Arrays.equals(ids, that.ids)
        && reason == that.reason;
  }

  @Override
  public int hashCode() {
    return 31 * text.hashCode() + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "Generated[%d tokens, %s: %s]".formatted(ids.length, reason, text);
  }
}
