package dev.lorax.run;

import dev.lorax.op.Linear;
import dev.lorax.op.SelectRows;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;

/**
 * The end of a plan, from the node after {@link SelectRows}: what follows there treats every row
 * alone, and so can be done some rows at a time.
 *
 * <p>The logits of a language model are its largest value by far: 512 tokens by 50,257 are 100 MB
 * in float32. In parts, they never exist as a whole.
 */
final class Tail {
  /** Bytes of one part of the value: large enough for products at full speed, and no larger. */
  private static final long PART_BYTES = 26L << 20;

  private static final int FEWEST_ROWS = 16;

  private final int start;
  private final long width;

  private Tail(int start, long width) {
    this.start = start;
    this.width = width;
  }

  /** The tail of a plan; where it has no such node, only the whole value is its own tail. */
  static Tail of(Plan plan) {
    int start = plan.size();
    long width = 1;
    for (int i = plan.size() - 1; i > 0 && start == plan.size(); i--) {
      if (plan.node(i).op() instanceof Linear product) {
        width = Math.max(width, product.out());
      }
      if (plan.node(i).op() instanceof SelectRows) {
        start = i + 1;
      }
    }
    return new Tail(readsOnly(plan, start) ? start : plan.size(), width);
  }

  /** Whether the nodes from there on read one value before them alone, the last. */
  private static boolean readsOnly(Plan plan, int start) {
    for (int i = start; i < plan.size(); i++) {
      for (int input : plan.inputs(i)) {
        if (input < start - 1) {
          return false;
        }
      }
    }
    return true;
  }

  /** The place of its first node; the value before it is cut into parts. */
  int start() {
    return start;
  }

  /** Does something with each part of the value before the tail, and adds up the results. */
  double parts(Frame frame, Part action) {
    int cut = start - 1;
    Tensor rows = frame.value(cut);
    long count = rows.size(0);
    long most = Math.max(FEWEST_ROWS, PART_BYTES / (width * rows.dtype().bytes()));
    long parts = (count + most - 1) / most;
    double sum = 0;
    for (long i = 0; i < parts; i++) {
      long first = i * count / parts; // parts of nearly equal size
      long length = (i + 1) * count / parts - first;
      try (Scope scope = new Scope();
          Frame part = part(frame, rows, first, length, scope)) {
        sum += action.apply(part, (int) first);
      }
    }
    return sum;
  }

  private Frame part(Frame frame, Tensor rows, long first, long length, Scope scope) {
    Tensor some = length == rows.size(0) ? rows.handle() : rows.narrow(0, first, length);
    return frame.part(start - 1, scope.release(some), first);
  }

  /** What is done with one part. */
  @FunctionalInterface
  interface Part {
    /**
     * Returns a share of the sum.
     *
     * @param frame that holds the rows
     * @param first the number of the first row
     */
    double apply(Frame frame, int first);
  }
}
