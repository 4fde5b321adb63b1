package dev.lorax.checkpoint;

import dev.lorax.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor of a PyTorch file: a view of a storage, in which it lies whole.
 *
 * @param storage its numbers
 * @param offset its first element in the storage
 * @param shape the lengths of its dimensions
 * @param strides how far apart neighbours along each dimension are, in elements
 */
record StoredTensor(Storage storage, long offset, Shape shape, List<Long> strides) {
  private static final int MOST_DIMENSIONS = 64; // libtorch's own limit

  /** From the arguments of PyTorch's function that makes it. */
  static StoredTensor of(List<?> arguments, PickleInput in) {
    if (arguments.size() >= 4
        && arguments.get(0) instanceof Storage storage
        && arguments.get(1) instanceof Long offset
        && arguments.get(2) instanceof List<?> lengths
        && arguments.get(3) instanceof List<?> strides
        && lengths.size() == strides.size()
        && lengths.size() <= MOST_DIMENSIONS
        && areLengths(List.of(offset))
        && areLengths(lengths)
        && areLengths(strides)) {
      long[] shape = lengths.stream().mapToLong(Long.class::cast).toArray();
      List<Long> steps = strides.stream().map(Long.class::cast).toList();
      StoredTensor tensor = new StoredTensor(storage, offset, Shape.of(shape), steps);
      tensor.requireInside(in);
      return tensor;
    }
    throw in.fault("describes a tensor in an unknown way");
  }

  private static boolean areLengths(List<?> numbers) {
    return numbers.stream().allMatch(number -> number instanceof Long length && length >= 0);
  }

  TensorInfo info() {
    return new TensorInfo(storage.type(), shape);
  }

  /** The strides of all dimensions. */
  long[] steps() {
    return strides.stream().mapToLong(Long::longValue).toArray();
  }

  /** Elements from its first to its last. */
  long span() {
    if (isEmpty()) {
      return 0;
    }
    long last = 0;
    for (int i = 0; i < shape.rank(); i++) {
      last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
    }
    return Math.addExact(last, 1);
  }

  boolean isEmpty() {
    return Arrays.stream(shape.toArray()).anyMatch(length -> length == 0);
  }

  /** Whether its elements lie in row order, without gaps. */
  boolean isContiguous() {
    long step = 1;
    for (int i = shape.rank() - 1; i >= 0; i--) {
      if (shape.get(i) != 1 && strides.get(i) != step) {
        return false;
      }
      step *= shape.get(i);
    }
    return true;
  }

  /** It has no more elements than its storage: one that repeats them would grow when copied. */
  private void requireInside(PickleInput in) {
    try {
      long elements = Arrays.stream(shape.toArray()).reduce(1, StoredTensor::product);
      long most = storage.elements();
      if (isEmpty() || elements <= most && Math.addExact(offset, span()) <= most) {
        return;
      }
    } catch (ArithmeticException overflow) {
      // Lies outside of any storage.
    }
    String what = "has a tensor %s, of strides %s from %d on, that does not fit its storage of %d";
    throw in.fault(what.formatted(info(), strides, offset, storage.elements()));
  }

  /** Counts an empty dimension as one, so that absurd lengths beside it are found. */
  private static long product(long elements, long length) {
    return Math.multiplyExact(elements, Math.max(1, length));
  }
}
