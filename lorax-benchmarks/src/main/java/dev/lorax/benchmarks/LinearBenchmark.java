package dev.lorax.benchmarks;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Products of rows with a weight: a batch's rows in training, one row in decoding. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LinearBenchmark {
  @Param({"F32", "BF16"})
  public DType type;

  /** Rows x in x out. */
  @Param({"512x768x768", "512x768x3072", "512x768x50257", "8x768x3072", "1x768x3072"})
  public String shape;

  private Tensor x;
  private Tensor weight;

  /** Makes the operands. */
  @Setup
  public void make() {
    String[] lengths = shape.split("x");
    long in = Long.parseLong(lengths[1]);
    x = Operands.random(type, 1, Long.parseLong(lengths[0]), in);
    weight = Operands.random(type, 2, Long.parseLong(lengths[2]), in);
  }

  /** One product. */
  @Benchmark
  public void linear() {
    try (Gradients off = Gradients.off();
        Tensor y = Kernels.linear(x, weight, null)) {
      y.size(0);
    }
  }
}
