package dev.lorax.tensor;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory for the large values of training steps, lent again when the last handle and view of a
 * value is closed: on Linux, elsewhere it lends nothing.
 *
 * <p>A general allocator puts what a step keeps between what it frees at once, and cannot use the
 * gaps: with glibc they come to a tenth of all memory where a large base is trained. Here a value
 * gets the memory of another of its size, rounded up to a power of two, in {@link Pages}.
 */
public final class BufferPool implements AutoCloseable {
  private static final long LEAST = 1 << 20;
  private static final long MOST = 32 << 20;
  private static final long BETWEEN = 5_000_000_000L; // nanoseconds

  private static final ThreadLocal<BufferPool> OPEN = new ThreadLocal<>();

  /** Made with the first loan: every tensor asks this class, long before libtorch is there. */
  private static final class Lent {
    static final OwnMemory MEMORY = new OwnMemory();
  }

  private final Map<Long, Shelf> shelves = new HashMap<>(); // by bytes of each buffer
  private boolean closed;
  private long trimmed = System.nanoTime() - 2 * BETWEEN;

  /** Buffers of one size. */
  private static final class Shelf {
    final ArrayDeque<Tensor> idle = new ArrayDeque<>();
    int lent;
    int most; // lent at once, since the pool was opened last
  }

  /** Large tensors that this thread makes come from the pool until that is closed. */
  public final class Opening implements AutoCloseable {
    private final BufferPool before = OPEN.get();

    private Opening() {
      OPEN.set(BufferPool.this);
      beginCount();
      trimHeap();
    }

    /**
     * Gives back to the system what was freed elsewhere, by reading weights or by the compiler, if
     * that was not done in the last seconds: it takes some milliseconds.
     */
    public void trimHeap() {
      long now = System.nanoTime();
      if (now - trimmed > BETWEEN) {
        Pointer.trimMemory();
        trimmed = now;
      }
    }

    /** Frees the buffers that were not needed this time. */
    @Override
    public void close() {
      OPEN.set(before);
      dropSpare();
    }
  }

  /** Opens the pool on this thread. */
  public Opening open() {
    return new Opening();
  }

  /**
   * A tensor whose values are not set, from the pool that is open on this thread; null: none is, or
   * the tensor is too small or too large for it, or the engine records, which it cannot do for what
   * is written into memory that was there.
   */
  static Tensor lend(DType type, long... shape) {
    BufferPool pool = OPEN.get();
    if (pool == null || !Pages.areThere() || Gradients.areOn()) {
      return null;
    }
    long bytes = Shape.of(shape).size() * type.bytes();
    return bytes < LEAST || bytes > MOST ? null : pool.lend(bytes, type, shape);
  }

  /** The same, in the shape of another. */
  static Tensor lend(Tensor like, DType type) {
    return OPEN.get() == null ? null : lend(type, like.shape().toArray());
  }

  /** The same for a result of two tensors, number by number, where it has the first's shape. */
  static Tensor lendForBoth(Tensor first, Tensor second) {
    return OPEN.get() == null
            || first.dtype() != second.dtype()
            || !second.shape().spreadsTo(first.shape())
        ? null
        : lend(first, first.dtype());
  }

  /**
   * The same for rows times a matrix.
   *
   * @param dimension of the matrix, as long as the product's rows
   */
  static Tensor lendForProduct(Tensor rows, Tensor matrix, int dimension) {
    return OPEN.get() == null || rows.shape().rank() != 2 || matrix.shape().rank() != 2
        ? null
        : lend(rows.dtype(), rows.size(0), matrix.size(dimension));
  }

  /** The same for products of matrices in two stacks. */
  static Tensor lendForProducts(Tensor first, Tensor second) {
    return OPEN.get() == null
        ? null
        : lend(first.dtype(), first.size(0), first.size(1), second.size(2));
  }

  private Tensor lend(long bytes, DType type, long[] shape) {
    Tensor buffer = take(Long.highestOneBit(2 * bytes - 1));
    return Lent.MEMORY.tensor(buffer.pointer().data_ptr(), type, shape, () -> give(buffer));
  }

  private synchronized Tensor take(long size) {
    Shelf shelf = shelves.computeIfAbsent(size, any -> new Shelf());
    Tensor buffer = shelf.idle.isEmpty() ? made(size) : shelf.idle.removeLast();
    shelf.lent++;
    shelf.most = Math.max(shelf.most, shelf.lent);
    return buffer;
  }

  private static Tensor made(long size) {
    try (Scope own = new Scope()) {
      return own.release(Tensor.mapped(DType.U8, size));
    }
  }

  private synchronized void give(Tensor buffer) {
    Shelf shelf = shelves.get(buffer.byteCount());
    shelf.lent--;
    if (closed) {
      buffer.close();
    } else {
      shelf.idle.addLast(buffer);
    }
  }

  private synchronized void beginCount() {
    shelves.values().forEach(shelf -> shelf.most = shelf.lent);
  }

  /** Frees what was not needed since it was opened. */
  private synchronized void dropSpare() {
    for (Shelf shelf : shelves.values()) {
      while (!shelf.idle.isEmpty() && shelf.idle.size() + shelf.lent > shelf.most) {
        shelf.idle.removeFirst().close();
      }
    }
  }

  /** How many buffers wait to be lent. */
  synchronized int idle() {
    return shelves.values().stream().mapToInt(shelf -> shelf.idle.size()).sum();
  }

  /** Frees what is idle now; what is lent is freed when its last handle is closed. */
  @Override
  public synchronized void close() {
    closed = true;
    for (Shelf shelf : shelves.values()) {
      shelf.idle.forEach(Tensor::close);
      shelf.idle.clear();
    }
  }
}
