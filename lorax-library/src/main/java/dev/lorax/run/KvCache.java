package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Node;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.HeldRows;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys and values of tokens already decoded, so that a pass costs only its new tokens.
 *
 * <p>The caller owns it. A node keeps all sequences in one block of memory, in the order of their
 * numbers without gaps, so that a step attends to many at once. The block is made at first use for
 * the number of positions expected, and grows by doubling beyond that; it is made smaller where
 * half of its sequences have ended.
 */
public final class KvCache implements AutoCloseable {
  private final int expected;
  private final int[] lengths;
  private final int[] rows; // of each sequence; -1: none
  private final Map<Integer, CachedNode> nodes = new HashMap<>();
  private int used;
  private Selection current;

  /**
   * An empty cache.
   *
   * @param sequences how many it can hold
   * @param expected how many positions of each are likely
   */
  public KvCache(int sequences, int expected) {
    this.expected = expected;
    this.lengths = new int[sequences];
    this.rows = new int[sequences];
    Arrays.fill(rows, -1);
  }

  /** The positions that a sequence holds. */
  public int length(int sequence) {
    return lengths[sequence];
  }

  /** Those sequences, in that order, for a pass over as many. It is valid until the next one. */
  public Selection select(int... sequences) {
    endPass();
    for (int sequence : sequences) {
      place(sequence);
    }
    current = new Selection(sequences.clone());
    return current;
  }

  /** Forgets the positions of a sequence from that length on, as after a pass taken back. */
  public void truncate(int sequence, int length) {
    lengths[sequence] = Math.min(length, lengths[sequence]);
  }

  /** Forgets a sequence, so that another can take its place. */
  public void clear(int sequence) {
    lengths[sequence] = 0;
    int row = rows[sequence];
    if (row >= 0) {
      endPass();
      nodes.values().forEach(node -> node.remove(row, used));
      shift(row + 1, -1);
      rows[sequence] = -1;
      used--;
    }
  }

  /** Frees everything. */
  @Override
  public void close() {
    endPass();
    nodes.values().forEach(CachedNode::close);
    nodes.clear();
    Arrays.fill(lengths, 0);
    Arrays.fill(rows, -1);
    used = 0;
  }

  /** Gives a sequence its row: after those of lower numbers. */
  private void place(int sequence) {
    if (rows[sequence] < 0) {
      int row = (int) Arrays.stream(rows, 0, sequence).filter(other -> other >= 0).count();
      nodes.values().forEach(node -> node.insert(row, used));
      shift(row, 1);
      rows[sequence] = row;
      used++;
    }
  }

  private void shift(int first, int by) {
    Arrays.setAll(rows, i -> rows[i] >= first ? rows[i] + by : rows[i]);
  }

  private void endPass() {
    if (current != null) {
      current.groups.forEach(StepGroup::close);
      current = null;
    }
  }

  /** Some sequences of the cache, in the order of a pass. */
  public final class Selection {
    private final int[] sequences;
    private List<StepGroup> groups = List.of();

    private Selection(int[] sequences) {
      this.sequences = sequences;
    }

    int length(int index) {
      return lengths[sequences[index]];
    }

    Cache of(Node node) {
      return new NodeCache(nodes.computeIfAbsent(node.id(), id -> new CachedNode()), this);
    }

    void advance(Sequences passed) {
      for (int i = 0; i < sequences.length; i++) {
        lengths[sequences[i]] += passed.length(i);
      }
      endPass();
    }

    private List<StepGroup> groups() {
      if (groups.isEmpty()) {
        int[] places = Arrays.stream(sequences).map(sequence -> rows[sequence]).toArray();
        int[] held = Arrays.stream(sequences).map(sequence -> lengths[sequence]).toArray();
        groups = StepGroup.of(places, held);
      }
      return groups;
    }

    private int longest() {
      return Arrays.stream(sequences).map(sequence -> lengths[sequence]).max().orElse(0);
    }
  }

  /** What one node sees of a selection. */
  private final class NodeCache implements Cache {
    private final CachedNode node;
    private final Selection selection;

    NodeCache(CachedNode node, Selection selection) {
      this.node = node;
      this.selection = selection;
    }

    @Override
    public int length(int index) {
      return selection.length(index);
    }

    @Override
    public Entry append(int index, Tensor keys, Tensor values) {
      int row = rows[selection.sequences[index]];
      int held = length(index);
      int length = held + (int) keys.size(1);
      node.reserve(used, length, expected, keys.dtype(), keys.size(0), keys.size(2));
      node.write(row, held, keys, values);
      long heads = keys.size(0);
      Tensor allKeys = node.keysOf(row, 1).narrow(3, 0, length).transpose(2, 3);
      return new Entry(
          allKeys.view(heads, length, -1),
          node.valuesOf(row, 1).narrow(2, 0, length).view(heads, length, -1));
    }

    @Override
    public HeldRows append(Rows keys, Rows values, int heads) {
      int longest = selection.longest() + 1;
      node.reserve(used, longest, expected, DType.F32, heads, keys.width() / heads);
      int count = selection.sequences.length;
      List<HeldRows.Memory> memory = new ArrayList<>();
      int[] lengths = new int[count];
      for (int i = 0; i < count; i++) {
        int row = rows[selection.sequences[i]];
        lengths[i] = length(i) + 1;
        node.write(row, length(i), keys.values(), values.values(), i * keys.width());
        memory.add(node.memory(row));
      }
      return new HeldRows(memory, node.capacity(), lengths);
    }

    @Override
    public List<Step> appendEach(Tensor keys, Tensor values, long window) {
      int longest = selection.longest() + 1;
      node.reserve(used, longest, expected, keys.dtype(), keys.size(1), keys.size(2));
      List<Step> steps = new ArrayList<>();
      int start = 0;
      for (StepGroup group : selection.groups()) {
        int count = group.count();
        Tensor freshKeys = keys.narrow(0, start, count);
        steps.add(group.append(node, freshKeys, values.narrow(0, start, count), window));
        start += count;
      }
      return steps;
    }
  }
}
