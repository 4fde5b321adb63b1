package dev.lorax;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** What a graph computes, as Java values. */
public final class Forward {
  private Forward() {}

  /** Logits of one sequence in inference. */
  public static float[] logits(Graph graph, Parameters parameters, int... tokens) {
    return logits(graph, parameters, Mode.inference(), tokens);
  }

  /** Logits of one sequence. */
  public static float[] logits(Graph graph, Parameters parameters, Mode mode, int... tokens) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Pass pass = Pass.of(tokens, Sequences.of(tokens.length)).in(mode);
      return new Session(graph, parameters).run(pass, scope).toFloats();
    }
  }

  /** The largest difference of two results. */
  public static double difference(float[] found, float[] wanted) {
    if (found.length != wanted.length) {
      throw new AssertionError("%d numbers instead of %d".formatted(found.length, wanted.length));
    }
    return IntStream.range(0, found.length)
        .mapToDouble(i -> Math.abs((double) found[i] - wanted[i]))
        .max()
        .orElse(0);
  }

  /** Values for a whole graph in which nothing is zero: norms, biases and B too. */
  public static Parameters filled(Graph graph, DType type, long seed) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      graph
          .parameters()
          .forEach(
              (name, shape) ->
                  values.put(
                      name,
                      scope.release(
                          Tensor.normal(DType.F32, 0.4, seed + name.hashCode(), shape.toArray())
                              .add(name.contains("norm") ? 1 : 0)
                              .to(type)
                              .copy())));
    }
    return Parameters.of(values);
  }
}
