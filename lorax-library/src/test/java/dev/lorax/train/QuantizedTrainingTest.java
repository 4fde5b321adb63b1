package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.Gpt2;
import dev.lorax.op.Activation;
import dev.lorax.op.Dense;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training over quantised matrices against training over the plain values that they stand for. */
class QuantizedTrainingTest {
  /** The head is tied to the embedding. */
  private static final Graph GRAPH =
      new Gpt2(29, 32, 64, 2, 4, 256, Activation.GELU_NEW, 1e-5, true).graph();

  private static final Graph ADAPTED =
      Lorax.inject(GRAPH, LoraConfig.builder().rank(4).alpha(8).targetKey(true).build());

  private final Scope scope = new Scope();

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreThoseOverThePlainValues(Precision precision) {
    assertThat(distance(precision, DType.F32)).isLessThan(1e-6);
  }

  @ParameterizedTest
  @EnumSource
  void inBfloat16TheyAreAsCloseAsItsRounding(Precision precision) {
    assertThat(distance(precision, DType.BF16)).isLessThan(0.02);
  }

  /** Of gradients over the two kinds of base, as a share of their norm; the worst of them. */
  private double distance(Precision precision, DType type) {
    Adapter adapter = Adapter.initial(ADAPTED, 2);
    adapter.nodes().forEach(node -> adapter.b(node).addInPlace(0.02)); // zeros keep A from learning
    Map<String, Weight> quantised = new LinkedHashMap<>();
    Map<String, Tensor> plain = new LinkedHashMap<>();
    base(type, precision, quantised, plain);
    Map<String, Tensor> found = gradients(Parameters.ofWeights(quantised), adapter);
    Map<String, Tensor> exact = gradients(Parameters.of(plain), adapter);
    return exact.keySet().stream()
        .mapToDouble(name -> error(found.get(name), exact.get(name)))
        .max()
        .orElseThrow();
  }

  private static void base(
      DType type, Precision precision, Map<String, Weight> quantised, Map<String, Tensor> plain) {
    Set<String> matrices = Dense.matrices(GRAPH);
    Parameters.initial(GRAPH, name -> true, 1)
        .asMap()
        .forEach(
            (name, value) -> {
              Weight weight = value.to(type);
              if (matrices.contains(name)) {
                weight = precision.quantize(value.to(type));
                assertThat(weight.format()).isEqualTo(precision.toString());
              }
              quantised.put(name, weight);
              plain.put(name, weight.dense(type));
            });
  }

  private static Map<String, Tensor> gradients(Parameters base, Adapter adapter) {
    Batch batch = Batches.windows(Run.text(2000), 32).size(4).batch(0); // more than few tokens
    return GradientProbe.of(ADAPTED, base.and(adapter.parameters()), adapter.parameters(), batch);
  }

  private static double error(Tensor value, Tensor exact) {
    return value.sub(exact).norm().item() / exact.norm().item();
  }
}
