package dev.lorax.lora;

import java.util.Arrays;
import java.util.List;

/**
 * Some tokens of a vocabulary, each once.
 *
 * @param list their ids, in the order of their rows
 */
public record TokenIds(List<Integer> list) {
  /** No tokens. */
  public static final TokenIds NONE = new TokenIds(List.of());

  /** Checks them. */
  public TokenIds {
    list = List.copyOf(list);
    if (list.stream().anyMatch(id -> id < 0) || list.stream().distinct().count() < list.size()) {
      throw new IllegalArgumentException("Token ids must be different numbers from 0, not " + list);
    }
  }

  /** Those ids. */
  public static TokenIds of(int... ids) {
    return new TokenIds(Arrays.stream(ids).boxed().toList());
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return list.isEmpty();
  }

  /** How many. */
  public int count() {
    return list.size();
  }

  /** The ids as an int64 array. */
  long[] array() {
    return list.stream().mapToLong(Integer::longValue).toArray();
  }
}
