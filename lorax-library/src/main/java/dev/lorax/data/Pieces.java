package dev.lorax.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Fits examples into the limit.
 *
 * @param options with the limit
 */
record Pieces(EncodingOptions options) {
  /** What is left of an example, which may be nothing; what was done is added to the findings. */
  List<Example> of(Example whole, Set<Finding> findings) {
    List<Example> pieces = new ArrayList<>();
    if (whole.tokens().length <= options.limit()) {
      pieces.add(whole);
    } else if (options.overlong() == Overlong.DROP) {
      findings.add(Finding.TOO_LONG);
      return pieces;
    } else if (options.overlong() == Overlong.CUT) {
      findings.add(Finding.CUT);
      pieces.add(part(whole, 0));
    } else {
      findings.add(Finding.SPLIT);
      for (int from = 0; from + 1 < whole.tokens().length; from += options.limit() - 1) {
        pieces.add(part(whole, from));
      }
    }
    pieces.removeIf(piece -> piece.learned() == 0);
    if (pieces.isEmpty()) {
      findings.add(Finding.NOTHING_LEARNED);
    }
    return pieces;
  }

  private Example part(Example whole, int from) {
    int to = Math.min(whole.tokens().length, from + options.limit());
    boolean[] supervised = Arrays.copyOfRange(whole.supervised(), from, to);
    supervised[0] &= from == 0; // learned at the end of the piece before
    return new Example(Arrays.copyOfRange(whole.tokens(), from, to), supervised);
  }
}
