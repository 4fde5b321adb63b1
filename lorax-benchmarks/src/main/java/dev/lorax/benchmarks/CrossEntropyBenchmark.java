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

/** The summed loss of rows of logits, forward alone and with its gradient. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CrossEntropyBenchmark {
  @Param({"512"})
  public int rows;

  @Param({"32000", "50257"})
  public int vocabulary;

  private Tensor logits;
  private Tensor trained;
  private Tensor targets;

  /** Makes the operands. */
  @Setup
  public void make() {
    logits = Operands.random(DType.F32, 1, rows, vocabulary);
    trained = Operands.random(DType.F32, 1, rows, vocabulary).requireGradient();
    targets = Operands.ids(rows, vocabulary);
  }

  /** The loss alone. */
  @Benchmark
  public double forward() {
    try (dev.lorax.tensor.Scope scope = new dev.lorax.tensor.Scope();
        Gradients off = Gradients.off()) {
      return Kernels.crossEntropySum(logits, targets).item();
    }
  }

  /** The loss and its gradient in the logits. */
  @Benchmark
  public double backward() {
    try (dev.lorax.tensor.Scope scope = new dev.lorax.tensor.Scope();
        Gradients on = Gradients.on()) {
      Tensor loss = Kernels.crossEntropySum(trained, targets);
      loss.backward();
      return loss.item();
    }
  }
}
