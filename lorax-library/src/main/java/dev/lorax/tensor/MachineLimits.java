package dev.lorax.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * What this machine can do at best, measured in this process with the threads that {@link Engine}
 * gives to one operation.
 *
 * <p>A limit is the best of many tries, since whatever else runs here can only lower it. The memory
 * used is given back before a method returns.
 */
public final class MachineLimits {
  private static final long READ = 512L << 20; // bytes: far more than any cache holds
  private static final long ROW = 4096;
  private static final int LEAST_TRIES = 5;
  private static final long LEAST_NANOS = 250_000_000;

  /** Rows, in, out: one large product, and those of a model 768 and 2048 wide. */
  private static final int[][] PRODUCTS = {
    {2048, 2048, 2048}, {512, 768, 3072}, {512, 768, 768}, {512, 2048, 8192}
  };

  private MachineLimits() {}

  /**
   * A measured limit.
   *
   * @param what was done
   * @param perSecond floating-point operations or bytes a second
   */
  public record Rate(String what, double perSecond) {}

  /**
   * How fast matrices of a type are multiplied, for several shapes.
   *
   * @return floating-point operations a second, two for each multiplication and addition; the best
   *     first
   */
  public static List<Rate> products(DType type) {
    return products(type, MachineLimits::best);
  }

  /**
   * How fast matrices of a type are multiplied at this moment: the mean of as many tries as {@link
   * #products} makes, for what is measured beside work that whatever else runs here slows down,
   * too.
   *
   * @return floating-point operations a second; the best first
   */
  public static List<Rate> productsNow(DType type) {
    return products(type, MachineLimits::mean);
  }

  private static List<Rate> products(DType type, ToDoubleFunction<Supplier<Tensor>> seconds) {
    List<Rate> rates = new ArrayList<>();
    for (int[] shape : PRODUCTS) {
      rates.add(product(type, shape[0], shape[1], shape[2], seconds));
    }
    return sorted(rates);
  }

  private static Rate product(
      DType type, int rows, int in, int out, ToDoubleFunction<Supplier<Tensor>> measure) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor x = Tensor.uniform(DType.F32, -1, 1, 1, rows, in).to(type);
      Tensor weight = Tensor.uniform(DType.F32, -1, 1, 2, out, in).to(type);
      double seconds = measure.applyAsDouble(() -> Kernels.linear(x, weight, null));
      return new Rate("%d x %d x %d".formatted(rows, in, out), 2.0 * rows * in * out / seconds);
    }
  }

  /**
   * How fast memory is read, by several readers of 512 MiB.
   *
   * @return bytes a second; the best first
   */
  public static List<Rate> reads() {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor memory = Tensor.zeros(DType.F32, READ / DType.F32.bytes() / ROW, ROW);
      memory.addInPlace(1); // zeros alone may be pages that are not there yet
      Tensor vector = Tensor.zeros(DType.F32, ROW).addInPlace(1);
      return sorted(
          List.of(
              new Rate("sum of 512 MiB", READ / best(memory::sum)),
              new Rate("largest of 512 MiB", READ / best(memory::max)),
              new Rate("512 MiB times a vector", READ / best(() -> memory.matmul(vector)))));
    }
  }

  private static List<Rate> sorted(List<Rate> rates) {
    return rates.stream().sorted(Comparator.comparingDouble(Rate::perSecond).reversed()).toList();
  }

  /** Seconds of the fastest of many tries. */
  private static double best(Supplier<Tensor> work) {
    return tries(work).min().orElseThrow() / 1e9;
  }

  /** Seconds of one of many tries on average, but for the first, which finds nothing in a cache. */
  private static double mean(Supplier<Tensor> work) {
    return tries(work).skip(1).average().orElseThrow() / 1e9;
  }

  /** Nanoseconds of each try. */
  private static LongStream tries(Supplier<Tensor> work) {
    LongStream.Builder all = LongStream.builder();
    long begin = System.nanoTime();
    for (int i = 0; i < LEAST_TRIES || System.nanoTime() - begin < LEAST_NANOS; i++) {
      long start = System.nanoTime();
      work.get().close();
      all.add(System.nanoTime() - start);
    }
    return all.build();
  }
}
