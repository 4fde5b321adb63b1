package dev.lorax.tensor;

import java.util.List;

/** Several products as one stretch of rows, in which each begins at a multiple of 64. */
final class JointWork {
  private final RowProduct.Work[] works;
  private final int[] heights;
  private final int[] starts;

  JointWork(Rows x, List<RowProduct> products, List<Rows> ys) {
    int count = products.size();
    works = new RowProduct.Work[count];
    heights = new int[count];
    starts = new int[count + 1];
    for (int i = 0; i < count; i++) {
      works[i] = products.get(i).work(x, ys.get(i));
      heights[i] = products.get(i).out();
      int padded = (heights[i] + Products.CACHED - 1) / Products.CACHED * Products.CACHED;
      starts[i + 1] = Math.addExact(starts[i], padded);
    }
  }

  void run() {
    Workers.shared().run(starts[works.length], Products.CACHED, this::rows);
  }

  private void rows(int from, int to) {
    for (int i = 0; i < works.length; i++) {
      int first = Math.max(0, from - starts[i]);
      int end = Math.min(heights[i], to - starts[i]);
      if (first < end) {
        works[i].rows(first, end);
      }
    }
  }
}
