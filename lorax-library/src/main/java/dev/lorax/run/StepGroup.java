package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sequences in adjacent rows of a cache that take one step together; shorter ones are padded in the
 * cache alone.
 *
 * <p>What depends on lengths alone is made once and serves all nodes of a pass.
 */
final class StepGroup implements AutoCloseable {
  /** Keys whose product costs as much as a product of its own, measured on two cores. */
  private static final int WORTH_A_PRODUCT = 512;

  private final int row;
  private final int[] held;
  private final int shortest;
  private final int longest;
  private final Map<Shown, Tensor> biases = new HashMap<>();
  private Tensor ends;

  /** What a bias depends on beside the lengths. */
  private record Shown(long window, long heads, DType type) {}

  private StepGroup(int row, int[] held) {
    this.row = row;
    this.held = held;
    this.shortest = 1 + Arrays.stream(held).min().orElseThrow();
    this.longest = 1 + Arrays.stream(held).max().orElseThrow();
  }

  /** Sequences in their order, by the row and the length of each, in as few groups as pay. */
  static List<StepGroup> of(int[] rows, int[] held) {
    List<StepGroup> groups = new ArrayList<>();
    int start = 0;
    for (int end = 1; end <= rows.length; end++) {
      if (end == rows.length
          || rows[end] != rows[end - 1] + 1
          || padding(held, start, end + 1) - padding(held, start, end) > WORTH_A_PRODUCT) {
        groups.add(new StepGroup(rows[start], Arrays.copyOfRange(held, start, end)));
        start = end;
      }
    }
    return groups;
  }

  private static long padding(int[] held, int start, int end) {
    long longest = 0;
    long sum = 0;
    for (int i = start; i < end; i++) {
      longest = Math.max(longest, held[i]);
      sum += held[i];
    }
    return longest * (end - start) - sum;
  }

  int count() {
    return held.length;
  }

  /** Appends one position to each; keys and values are [sequences, key-value heads, head]. */
  Cache.Step append(CachedNode node, Tensor freshKeys, Tensor freshValues, long window) {
    int count = held.length;
    long heads = freshKeys.size(1);
    long head = freshKeys.size(2);
    Tensor keys = node.keysOf(row, count);
    Tensor values = node.valuesOf(row, count);
    if (shortest == longest) {
      keys.narrow(3, longest - 1, 1).copyInPlace(freshKeys.view(count, heads, head, 1));
      values.narrow(2, longest - 1, 1).copyInPlace(freshValues.view(count, heads, 1, head));
    } else {
      Tensor places = ends().view(count, 1, 1, 1);
      keys.putInPlace(3, places, freshKeys.view(count, heads, head, 1));
      values.putInPlace(2, places, freshValues.view(count, heads, 1, head));
    }
    int seen = seen(window);
    int start = Math.max(0, longest - seen);
    return new Cache.Step(
        count,
        keys.narrow(3, start, seen).view(count * heads, head, seen),
        values.narrow(2, start, seen).view(count * heads, seen, head),
        bias(new Shown(window, heads, freshKeys.dtype())));
  }

  /** How many positions of the block all queries together look at. */
  private int seen(long window) {
    return rounded(longest - (int) Math.max(0, shortest - window));
  }

  /**
   * A count of positions rounded up, to at most eight counts for each doubling.
   *
   * <p>oneDNN compiles a product for every new shape, which takes longer than the product and keeps
   * some 100 KB: without rounding every token would have shapes of its own.
   */
  static int rounded(int positions) {
    int unit = Math.max(64, Integer.highestOneBit(positions) / 8);
    return (positions + unit - 1) / unit * unit;
  }

  /** [sequences · heads, 1, positions shown]. */
  private Tensor bias(Shown shown) {
    return biases.computeIfAbsent(
        shown,
        missing -> {
          try (Scope scope = new Scope()) {
            int seen = seen(shown.window());
            int start = Math.max(0, longest - seen);
            Tensor bias =
                Kernels.lengthBias(ends(), start, start + seen, shown.window(), shown.type());
            Tensor each = bias.view(held.length, 1, 1, seen).expand(-1, shown.heads(), -1, -1);
            return scope.release(each.view(held.length * shown.heads(), 1, seen).copy());
          }
        });
  }

  /** The position that each appends: int64 [sequences]. */
  private Tensor ends() {
    if (ends == null) {
      try (Scope scope = new Scope()) {
        long[] all = Arrays.stream(held).asLongStream().toArray();
        ends = scope.release(Tensor.of(all, all.length));
      }
    }
    return ends;
  }

  @Override
  public void close() {
    biases.values().forEach(Tensor::close);
    biases.clear();
    if (ends != null) {
      ends.close();
      ends = null;
    }
  }
}
