package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Node;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * The keys and values of tokens already decoded, so that a pass costs only its new tokens.
 *
 * <p>The caller owns it. Memory of a sequence is allocated when it is first used, for the number of
 * positions expected, and grows by doubling beyond that.
 */
public final class KvCache implements AutoCloseable {
  private final int expected;
  private final int[] lengths;
  private final Map<Integer, Slot[]> slots = new HashMap<>();

  /**
   * An empty cache.
   *
   * @param sequences how many it can hold
   * @param expected how many positions of each are likely
   */
  public KvCache(int sequences, int expected) {
    this.expected = expected;
    this.lengths = new int[sequences];
  }

  /** The positions that a sequence holds. */
  public int length(int sequence) {
    return lengths[sequence];
  }

  /** Those sequences, in that order, for a pass over as many. */
  public Selection select(int... sequences) {
    return new Selection(sequences.clone());
  }

  /** Forgets a sequence and frees its memory, so that another can take its place. */
  public void clear(int sequence) {
    lengths[sequence] = 0;
    for (Slot[] node : slots.values()) {
      if (node[sequence] != null) {
        node[sequence].close();
        node[sequence] = null;
      }
    }
  }

  /** Frees everything. */
  @Override
  public void close() {
    for (int i = 0; i < lengths.length; i++) {
      clear(i);
    }
  }

  /** Some sequences of the cache, in the order of a pass. */
  public final class Selection {
    private final int[] sequences;

    private Selection(int[] sequences) {
      this.sequences = sequences;
    }

    int length(int index) {
      return lengths[sequences[index]];
    }

    Cache of(Node node) {
      Slot[] mine = slots.computeIfAbsent(node.id(), id -> new Slot[lengths.length]);
      return new Cache() {
        @Override
        public int length(int index) {
          return lengths[sequences[index]];
        }

        @Override
        public Entry append(int index, Tensor keys, Tensor values) {
          int sequence = sequences[index];
          if (mine[sequence] == null) {
            mine[sequence] = new Slot();
          }
          return mine[sequence].append(lengths[sequence], keys, values);
        }
      };
    }

    void advance(Sequences passed) {
      for (int i = 0; i < sequences.length; i++) {
        lengths[sequences[i]] += passed.length(i);
      }
    }
  }

  /** One node's keys and values of one sequence: [heads, capacity, head] each. */
  private final class Slot implements AutoCloseable {
    private Tensor keys;
    private Tensor values;

    Cache.Entry append(int held, Tensor freshKeys, Tensor freshValues) {
      int length = held + (int) freshKeys.size(1);
      keys = withRoom(keys, held, length, freshKeys);
      values = withRoom(values, held, length, freshValues);
      return new Cache.Entry(keys.narrow(1, 0, length), values.narrow(1, 0, length));
    }

    private Tensor withRoom(Tensor buffer, int held, int length, Tensor fresh) {
      Tensor roomy = buffer;
      if (buffer == null || buffer.size(1) < length) {
        roomy = grown(buffer, held, Math.max(length, buffer == null ? expected : 2 * held), fresh);
      }
      roomy.narrow(1, held, length - held).copyInPlace(fresh);
      return roomy;
    }

    private Tensor grown(Tensor buffer, int held, int capacity, Tensor like) {
      try (Scope scope = new Scope()) {
        Tensor grown =
            scope.release(Tensor.empty(like.dtype(), like.size(0), capacity, like.size(2)));
        if (buffer != null) {
          grown.narrow(1, 0, held).copyInPlace(buffer.narrow(1, 0, held));
          buffer.close();
        }
        return grown;
      }
    }

    @Override
    public void close() {
      if (keys != null) {
        keys.close();
      }
      if (values != null) {
        values.close();
      }
    }
  }
}
