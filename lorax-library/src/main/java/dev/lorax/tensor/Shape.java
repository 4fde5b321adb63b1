package dev.lorax.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The lengths of a tensor's dimensions, outermost first. A scalar's shape is empty. */
public final class Shape {
  private final long[] lengths;

  private Shape(long[] lengths) {
    this.lengths = lengths;
  }

  /**
   * The shape with those lengths.
   *
   * @throws IllegalArgumentException if a length is negative
   */
  public static Shape of(long... lengths) {
    for (long length : lengths) {
      if (length < 0) {
        throw new IllegalArgumentException("Negative length in shape " + Arrays.toString(lengths));
      }
    }
    return new Shape(lengths.clone());
  }

  /** The number of dimensions. */
  public int rank() {
    return lengths.length;
  }

  /** The length of a dimension; negative numbers count from the end, so −1 is the last. */
  public long get(int dimension) {
    return lengths[dimension < 0 ? dimension + lengths.length : dimension];
  }

  /**
   * The number of elements, 1 for a scalar.
   *
   * @throws ArithmeticException if it does not fit a {@code long}
   */
  public long size() {
    long size = 1;
    for (long length : lengths) {
      size = Math.multiplyExact(size, length);
    }
    return size;
  }

  /** Whether broadcasting gives a tensor of this shape that one. */
  boolean spreadsTo(Shape other) {
    int ahead = other.rank() - rank();
    for (int i = 0; i < rank(); i++) {
      if (ahead < 0 || lengths[i] != 1 && lengths[i] != other.lengths[ahead + i]) {
        return false;
      }
    }
    return ahead >= 0;
  }

  /** A copy of the lengths. */
  public long[] toArray() {
    return lengths.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(lengths, shape.lengths);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lengths);
  }

  /** For example {@code [768, 3072]}. */
  @Override
  public String toString() {
    return Arrays.stream(lengths)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
