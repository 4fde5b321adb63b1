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

/** Normalisation of rows of 768. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NormBenchmark {
  @Param({"F32", "BF16"})
  public DType type;

  @Param({"512", "1"})
  public int rows;

  private Tensor x;
  private Tensor weight;

  /** Makes the operands. */
  @Setup
  public void make() {
    x = Operands.random(type, 1, rows, 768);
    weight = Operands.random(type, 2, 768);
  }

  /** GPT-2's. */
  @Benchmark
  public void layerNorm() {
    try (Gradients off = Gradients.off();
        Tensor y = Kernels.layerNorm(x, weight, weight, 1e-5)) {
      y.size(0);
    }
  }

  /** Llama's. */
  @Benchmark
  public void rmsNorm() {
    try (Gradients off = Gradients.off();
        Tensor y = Kernels.rmsNorm(x, weight, 1e-5)) {
      y.size(0);
    }
  }
}
