package dev.lorax.elixir;

import dev.lorax.elixir.Term.Atom;
import dev.lorax.elixir.Term.Sequence;
import dev.lorax.elixir.Term.Tuple;
import dev.lorax.elixir.Term.Whole;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * A tensor in a file of {@code Nx.serialize}.
 *
 * @param type in Nx's spelling, such as {@code bf16}
 * @param shape the lengths of its dimensions
 * @param bytes its elements in row order, little-endian
 */
record NxTensor(String type, Shape shape, ByteBuffer bytes) {
  private static final Map<String, DType> TYPES =
      Map.of("f64", DType.F64, "f32", DType.F32, "f16", DType.F16, "bf16", DType.BF16);

  /**
   * From {@code {:t, shape, type, names, vectorized_axes, offset, size}}.
   *
   * @param buffers what lies behind the terms, where offsets begin
   * @return empty if it is something else, or its elements are not all there
   */
  static Optional<NxTensor> of(Term term, ByteBuffer buffers) {
    if (term instanceof Tuple tuple
        && tuple.items().size() == 7
        && tuple.items().get(0).is("t")
        && tuple.items().get(1) instanceof Tuple lengths
        && lengths.items().stream().allMatch(NxTensor::isLength)
        && tuple.items().get(2) instanceof Tuple type
        && type.items().size() == 2
        && type.items().get(0) instanceof Atom kind
        && type.items().get(1) instanceof Whole bits
        && tuple.items().get(4) instanceof Sequence axes
        && axes.items().isEmpty()
        && tuple.items().get(5) instanceof Whole offset
        && tuple.items().get(6) instanceof Whole size
        && isWithin(offset.value(), size.value(), buffers)) {
      Shape shape = Shape.of(lengths.items().stream().mapToLong(NxTensor::length).toArray());
      ByteBuffer bytes = buffers.slice((int) offset.value(), (int) size.value());
      return fills(shape, bits.value(), size.value())
          ? Optional.of(new NxTensor(kind.name() + bits.value(), shape, bytes))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean isLength(Term term) {
    return term instanceof Whole whole && whole.value() >= 0;
  }

  private static long length(Term term) {
    return ((Whole) term).value();
  }

  private static boolean isWithin(long offset, long size, ByteBuffer buffers) {
    return offset >= 0
        && size >= 0
        && offset <= buffers.limit()
        && size <= buffers.limit() - offset;
  }

  private static boolean fills(Shape shape, long bits, long size) {
    try {
      return Math.multiplyExact(shape.size(), bits) == Math.multiplyExact(size, Byte.SIZE);
    } catch (ArithmeticException overflow) {
      return false;
    }
  }

  /** Whether it is a matrix of floating-point numbers with at least one. */
  boolean isMatrix() {
    return shape.rank() == 2 && shape.size() > 0 && TYPES.containsKey(type);
  }

  /** A copy in float32; only of a {@linkplain #isMatrix() matrix}. */
  Tensor toFloat32() {
    try (Scope scope = new Scope()) {
      Tensor stored = Tensor.empty(TYPES.get(type), shape.toArray());
      stored.bytes().put(bytes.duplicate());
      return scope.release(stored.to(DType.F32).handle());
    }
  }

  @Override
  public String toString() {
    return type + shape;
  }
}
