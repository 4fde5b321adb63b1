package dev.lorax.tensor;

import java.util.Arrays;

/**
 * Attention of one new position of each sequence to what a cache holds of it (Vaswani et al. 2017,
 * eq. 1), each key-value head of each sequence by itself.
 *
 * @param heads of queries
 * @param sharing how many of them share a head of keys and values
 * @param head width of one
 * @param window how many positions back a query sees, itself included
 * @param scale factor on the dot products
 * @param cap bound of the scaled products, see {@link Kernels#softCap}; infinite: none
 */
public record StepAttention(int heads, int sharing, int head, int window, float scale, float cap) {
  /** Products of queries' and keys' numbers up to which waking other threads costs more. */
  private static final long ALONE = 100_000;

  /** Numbers of scratch that {@link #mix} needs. */
  public int scratch(int sequences, int capacity) {
    return Math.multiplyExact(together() * sequences * (heads / sharing), capacity);
  }

  /**
   * Mixes the values that the queries see.
   *
   * @param q [sequences, heads · head]
   * @param scratch at least {@link #scratch} numbers
   * @param y like q
   */
  public void mix(Rows q, HeldRows held, float[] scratch, Rows y) {
    Vectors vectors = VectorUnit.vectors().orElseThrow();
    int tasks = q.count() * (heads / sharing);
    Workers.Part part =
        (from, to) -> {
          for (int task = from; task < to; task++) {
            group(vectors, task, q.values(), held, scratch, y.values());
          }
        };
    if ((long) q.width() * Arrays.stream(held.lengths()).map(n -> Math.min(n, window)).sum()
        <= ALONE) {
      part.run(0, tasks);
    } else {
      Workers.shared().run(tasks, 1, part);
    }
  }

  /** How many queries of a group read the keys together. */
  private int together() {
    return Math.min(2, sharing);
  }

  /** The queries that share one head of keys and values of one sequence. */
  private void group(
      Vectors vectors, int task, float[] q, HeldRows held, float[] scratch, float[] y) {
    int groups = heads / sharing;
    int sequence = task / groups;
    HeldRows.Memory memory = held.memory().get(sequence);
    int capacity = held.capacity();
    int length = held.lengths()[sequence];
    int first = Math.max(0, length - window);
    int start = first / vectors.block() * vectors.block();
    int at = task % groups * head * capacity;
    int s = together() * task * capacity;
    int end = (task + 1) * sharing * head;
    for (int row = task * sharing * head; row < end; row += together() * head) {
      int queries = Math.min(together(), (end - row) / head);
      vectors.scores(
          memory.keys(), at, capacity, start, length, q, row, queries, head, scale, scratch, s);
      float[] factors = new float[queries];
      for (int i = 0; i < queries; i++) {
        int scores = s + i * capacity;
        if (Float.isFinite(cap)) {
          vectors.softCap(cap, scratch, scores + first, scores + length);
        }
        factors[i] = 1 / vectors.exponentials(scratch, scores + first, scores + length);
      }
      vectors.mix(memory.values(), at, capacity, first, length, scratch, s, queries, head, y, row);
      for (int i = 0; i < queries; i++) {
        scale(factors[i], y, row + i * head);
      }
    }
  }

  private void scale(float factor, float[] y, int at) {
    for (int i = at; i < at + head; i++) {
      y[i] *= factor;
    }
  }
}
