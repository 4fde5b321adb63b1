package dev.lorax.benchmarks;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import java.util.Map;
import java.util.Random;
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

/** A dense node of 768 x 768 alone and with an adapter; the difference is the cost of LoRA. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LoraBenchmark {
  private static final int WIDTH = 768;
  private static final int VOCABULARY = 1000;

  @Param({"F32", "BF16"})
  public DType type;

  @Param({"512", "1"})
  public int rows;

  @Param({"4", "64"})
  public int rank;

  private Session base;
  private Session adapted;
  private Pass pass;

  /** Makes graphs and values. */
  @Setup
  public void make() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int x = b.add("embedder.token", new Embedding(VOCABULARY, WIDTH), tokens);
    Graph graph = b.build(b.add("query", new Dense(WIDTH, WIDTH, false), x));
    Parameters values =
        Parameters.of(
            Map.of(
                "embedder.token.weight", Operands.random(type, 1, VOCABULARY, WIDTH),
                "query.weight", Operands.random(type, 2, WIDTH, WIDTH)));
    Graph injected = Lorax.inject(graph, LoraConfig.builder().rank(rank).build());
    Adapter adapter = Adapter.initial(injected, 1);
    base = new Session(graph, values);
    adapted = new Session(injected, values.and(adapter.parameters()));
    int[] ids = new Random(1).ints(rows, 0, VOCABULARY).toArray();
    pass = Pass.of(ids, Sequences.of(rows));
  }

  /** Without an adapter. */
  @Benchmark
  public void dense() {
    run(base);
  }

  /** With one. */
  @Benchmark
  public void lora() {
    run(adapted);
  }

  private void run(Session session) {
    try (dev.lorax.tensor.Scope scope = new dev.lorax.tensor.Scope();
        Gradients off = Gradients.off()) {
      session.run(pass, scope);
    }
  }
}
