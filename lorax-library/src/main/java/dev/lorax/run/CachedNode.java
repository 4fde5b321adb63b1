package dev.lorax.run;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.HeldRows;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Span;
import dev.lorax.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One node's keys and values, a row for each sequence.
 *
 * <p>Beyond a sequence's length its row holds zeros or finite numbers, never what memory happened
 * to hold: shorter sequences are attended together with longer ones, and a masked NaN stays NaN.
 */
final class CachedNode implements AutoCloseable {
  private Tensor keys; // [rows, key-value heads, head, capacity]
  private Tensor values; // [rows, key-value heads, capacity, head]
  private final List<HeldRows.Memory> memory = new ArrayList<>();

  /** Makes room for rows of so many positions. */
  void reserve(int rows, int positions, int first, DType type, long heads, long head) {
    if (keys == null) {
      int capacity = StepGroup.rounded(Math.max(first, positions));
      keys = zeros(type, rows, heads, head, capacity);
      values = zeros(type, rows, heads, capacity, head);
    } else if (rows > keys.size(0) || positions > keys.size(3)) {
      int held = (int) keys.size(3);
      int capacity = positions > held ? StepGroup.rounded(Math.max(positions, 2 * held)) : held;
      resize(Math.max(rows, keys.size(0)), capacity);
    }
  }

  /** Writes one sequence's new positions: keys and values [key-value heads, time, head]. */
  void write(int row, int held, Tensor freshKeys, Tensor freshValues) {
    long time = freshKeys.size(1);
    keysOf(row, 1).narrow(3, held, time).copyInPlace(freshKeys.transpose(1, 2));
    valuesOf(row, 1).narrow(2, held, time).copyInPlace(freshValues);
  }

  /** Writes one position of a sequence: keys and values [key-value heads, head] from a place on. */
  void write(int row, int held, float[] freshKeys, float[] freshValues, int from) {
    int heads = (int) keys.size(1);
    int head = (int) keys.size(2);
    int capacity = capacity();
    ByteBuffer keyMemory = memory(row).keys().buffer();
    ByteBuffer valueMemory = memory(row).values().buffer();
    for (int h = 0; h < heads; h++) {
      for (int i = 0; i < head; i++) {
        int number = h * head + i;
        keyMemory.putFloat(4 * (number * capacity + held), freshKeys[from + number]);
        int place = (h * capacity + held) * head + i;
        valueMemory.putFloat(4 * place, freshValues[from + number]);
      }
    }
  }

  /** Where a sequence's keys and values lie, as long as nothing grows. */
  HeldRows.Memory memory(int row) {
    while (memory.size() <= row) {
      int next = memory.size();
      memory.add(new HeldRows.Memory(Span.of(keys, next), Span.of(values, next)));
    }
    return memory.get(row);
  }

  /** Positions for which there is room. */
  int capacity() {
    return (int) keys.size(3);
  }

  Tensor keysOf(int row, int count) {
    return keys.narrow(0, row, count);
  }

  Tensor valuesOf(int row, int count) {
    return values.narrow(0, row, count);
  }

  /** Moves the rows from {@code first} up to {@code end} one up; the first is zeros then. */
  void insert(int first, int end) {
    if (keys == null) {
      return;
    }
    if (end == keys.size(0)) {
      resize(end + 1, keys.size(3));
    }
    for (int row = end; row > first; row--) {
      copyRow(row - 1, row);
    }
    clearRow(first);
  }

  /** Moves the rows after {@code removed} one down, and gives memory back where half is unused. */
  void remove(int removed, int end) {
    if (keys == null) {
      return;
    }
    for (int row = removed; row + 1 < end; row++) {
      copyRow(row + 1, row);
    }
    if (end == 1) {
      close();
    } else if (2L * (end - 1) <= keys.size(0)) {
      resize(end - 1, keys.size(3));
    } else {
      clearRow(end - 1);
    }
  }

  private void copyRow(int from, int to) {
    try (Scope scope = new Scope()) {
      keysOf(to, 1).copyInPlace(keysOf(from, 1));
      valuesOf(to, 1).copyInPlace(valuesOf(from, 1));
    }
  }

  private void clearRow(int row) {
    try (Scope scope = new Scope()) {
      keysOf(row, 1).zeroInPlace();
      valuesOf(row, 1).zeroInPlace();
    }
  }

  private void resize(long rows, long capacity) {
    long kept = Math.min(rows, keys.size(0));
    try (Scope scope = new Scope()) {
      Tensor roomyKeys = zeros(keys.dtype(), rows, keys.size(1), keys.size(2), capacity);
      Tensor oldKeys = keys.narrow(0, 0, kept);
      roomyKeys.narrow(0, 0, kept).narrow(3, 0, keys.size(3)).copyInPlace(oldKeys);
      Tensor roomyValues = zeros(values.dtype(), rows, values.size(1), capacity, values.size(3));
      Tensor oldValues = values.narrow(0, 0, kept);
      roomyValues.narrow(0, 0, kept).narrow(2, 0, values.size(2)).copyInPlace(oldValues);
      close();
      keys = roomyKeys;
      values = roomyValues;
    }
  }

  private static Tensor zeros(DType type, long... shape) {
    try (Scope scope = new Scope()) {
      return scope.release(Tensor.zeros(type, shape));
    }
  }

  @Override
  public void close() {
    if (keys != null) {
      keys.close();
      values.close();
      keys = null;
      values = null;
      memory.clear();
    }
  }
}
