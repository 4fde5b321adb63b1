package dev.lorax.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.model.Architecture;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which graphs decode on the heap, and how far that is from the engine. */
class StepProgramTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

  static Stream<Architecture> architectures() {
    return Stream.concat(Stream.of(Models.gpt2(), Models.llama()), Models.ofFixtures().stream());
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F64"})
  void graphsOfTheseArchitecturesAreServedButForDoubles(DType type) {
    architectures()
        .forEach(
            architecture -> {
              Graph graph = architecture.graph();
              try (Parameters parameters = Forward.filled(graph, type, 1)) {
                assertThat(StepProgram.of(new Plan(graph, parameters)).isPresent())
                    .isEqualTo(type != DType.F64);
              }
            });
  }

  /**
   * The engine rounds every value to bfloat16 over such a base; the heap keeps float32, and so is
   * closer to what the weights say.
   */
  @ParameterizedTest
  @MethodSource("architectures")
  void overBfloat16TheHeapIsTenTimesAsExactAsTheEngine(Architecture architecture) {
    Graph graph = architecture.graph();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off();
        Parameters half = Forward.filled(graph, DType.BF16, 1);
        Parameters exact = doubled(half)) {
      double[] wanted = whole(graph, exact).toDoubles();
      double engine = distance(whole(graph, half).toDoubles(), wanted);
      double heap = distance(stepwise(graph, half), wanted);
      assertThat(heap).isLessThan(engine / 10).isLessThan(1e-5);
    }
  }

  private static Parameters doubled(Parameters half) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    half.asMap()
        .forEach(
            (name, value) -> {
              try (Scope scope = new Scope()) {
                values.put(name, scope.release(value.to(DType.F64)));
              }
            });
    return Parameters.of(values);
  }

  private static Tensor whole(Graph graph, Parameters parameters) {
    Pass pass = Pass.of(TOKENS, Sequences.of(TOKENS.length)).lastRows();
    try (Scope scope = new Scope()) {
      return scope.release(new Session(graph, parameters).run(pass, scope));
    }
  }

  private static double[] stepwise(Graph graph, Parameters parameters) {
    Session session = new Session(graph, parameters);
    double[] last = {};
    try (KvCache cache = new KvCache(1, TOKENS.length)) {
      for (int token : TOKENS) {
        try (Scope scope = new Scope()) {
          Pass pass = Pass.of(new int[] {token}, Sequences.of(1)).lastRows();
          last = session.run(pass.after(cache.select(0)), scope).toDoubles();
        }
      }
    }
    return last;
  }

  /** The largest difference, in parts of the largest value. */
  private static double distance(double[] found, double[] wanted) {
    double most = 0;
    double largest = 0;
    for (int i = 0; i < wanted.length; i++) {
      most = Math.max(most, Math.abs(found[i] - wanted[i]));
      largest = Math.max(largest, Math.abs(wanted[i]));
    }
    return most / largest;
  }
}
