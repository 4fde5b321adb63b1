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

/** Causal attention of 12 heads of 64 over whole sequences, and of one query over a cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AttentionBenchmark {
  @Param({"256", "2048"})
  public int length;

  @Param({"12", "4"})
  public int keyValueHeads;

  private Tensor queries;
  private Tensor query;
  private Tensor keys;
  private Tensor values;

  /** Makes the operands. */
  @Setup
  public void make() {
    queries = Operands.random(DType.F32, 1, 1, 12, length, 64);
    query = Operands.random(DType.F32, 2, 1, 12, 1, 64);
    keys = Operands.random(DType.F32, 3, 1, keyValueHeads, length, 64);
    values = Operands.random(DType.F32, 4, 1, keyValueHeads, length, 64);
  }

  /** Every position looks at those before. */
  @Benchmark
  public void prompt() {
    attend(queries, true);
  }

  /** One new position looks at all. */
  @Benchmark
  public void token() {
    attend(query, false);
  }

  private void attend(Tensor q, boolean causal) {
    try (dev.lorax.tensor.Scope scope = new dev.lorax.tensor.Scope();
        Gradients off = Gradients.off()) {
      Kernels.attention(q, keys, values, null, causal, 0.125);
    }
  }
}
