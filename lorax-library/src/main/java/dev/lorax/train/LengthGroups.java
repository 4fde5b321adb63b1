package dev.lorax.train;

import dev.lorax.data.Permutation;
import dev.lorax.graph.Seeds;
import java.util.Comparator;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Another order in which samples that come together have similar lengths, as transformers' {@code
 * group_by_length}: the samples of fifty groups are sorted by length, the groups are cut from that,
 * and come in an order of their own, so that long and short ones alternate.
 */
final class LengthGroups implements SampleOrder {
  private static final int GROUPS = 50; // that are sorted together, as in transformers

  private final SampleOrder order;
  private final IntUnaryOperator lengths;
  private final int group;
  private final long perEpoch;
  private final long seed;
  private Sorted last = new Sorted(-1, new int[0]);

  /**
   * Samples in their order.
   *
   * @param start the place of the first
   */
  private record Sorted(long start, int[] numbers) {}

  LengthGroups(SampleOrder order, IntUnaryOperator lengths, int group, long perEpoch, long seed) {
    this.order = order;
    this.lengths = lengths;
    this.group = group;
    this.perEpoch = perEpoch;
    this.seed = seed;
  }

  @Override
  public synchronized int number(long place) {
    long epoch = place / perEpoch * perEpoch; // its first place
    long start = epoch + (place - epoch) / (GROUPS * group) * (GROUPS * group);
    if (last.start != start) {
      int count = (int) Math.min(GROUPS * group, epoch + perEpoch - start);
      last = new Sorted(start, sorted(start, count));
    }
    return last.numbers[(int) (place - start)];
  }

  private int[] sorted(long start, int count) {
    int[] byLength =
        LongStream.range(start, start + count)
            .mapToInt(order::number)
            .boxed()
            .sorted(Comparator.comparingInt(number -> -lengths.applyAsInt(number))) // stable
            .mapToInt(number -> number)
            .toArray();
    int whole = count / group; // what is left over comes last
    Permutation groups = new Permutation(Math.max(1, whole), Seeds.mix(seed, start));
    return IntStream.range(0, count)
        .map(
            i ->
                i < whole * group
                    ? byLength[(int) groups.at(i / group) * group + i % group]
                    : byLength[i])
        .toArray();
  }
}
