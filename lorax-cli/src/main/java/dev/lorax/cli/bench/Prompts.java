package dev.lorax.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Random prompts, each another.
 *
 * @param ids one array for each
 */
record Prompts(List<int[]> ids) {
  static Prompts of(Subject subject, int count, int length) {
    int[] all = subject.ids(count * length);
    return new Prompts(
        IntStream.range(0, count)
            .mapToObj(i -> Arrays.copyOfRange(all, i * length, (i + 1) * length))
            .toList());
  }
}
