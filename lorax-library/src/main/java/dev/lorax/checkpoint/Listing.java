package dev.lorax.checkpoint;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names in a message: the first few, and how many more there are. */
final class Listing {
  private Listing() {}

  static String of(Collection<String> names, int limit) {
    String shown =
        names.stream()
            .limit(limit)
            .map(CheckpointException::quote)
            .collect(Collectors.joining(", "));
    int more = names.size() - limit;
    return more > 0 ? "%s and %d more".formatted(shown, more) : shown;
  }
}
