package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.Gpt2;
import dev.lorax.op.Activation;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * How far training over a bfloat16 base is from training in float32 over the same, rounded numbers.
 */
class Bfloat16TrainingTest {
  private static final Graph GRAPH =
      new Gpt2(29, 32, 64, 4, 4, 256, Activation.GELU_NEW, 1e-5, true).graph();

  private static final Graph ADAPTED =
      Lorax.inject(GRAPH, LoraConfig.builder().rank(4).alpha(8).targetKey(true).build());

  private record Model(Graph graph, Parameters parameters) implements Parameterized {}

  private static final Batches BATCHES = Batches.windows(Run.text(2000), 32).size(4);

  /** The rounded base, in bfloat16 or as float32. */
  private static Parameters base(DType type) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    try (Scope scope = new Scope();
        Parameters exact = Parameters.initial(GRAPH, name -> true, 1)) {
      exact
          .asMap()
          .forEach((name, value) -> values.put(name, scope.release(value.to(DType.BF16).to(type))));
    }
    return Parameters.of(values);
  }

  private static Adapter adapter() {
    Adapter adapter = Adapter.initial(ADAPTED, 2);
    try (Scope scope = new Scope()) {
      adapter
          .nodes()
          .forEach(
              node -> {
                Tensor b = adapter.b(node); // zeros would keep A from learning
                long[] shape = b.shape().toArray();
                b.addInPlace(Tensor.normal(DType.F32, 0.05, node.hashCode(), shape), 1);
              });
    }
    return adapter;
  }

  private static List<Double> losses(DType type) {
    List<Double> losses = new ArrayList<>();
    try (Parameters base = base(type);
        Adapter adapter = adapter();
        Trainer trainer =
            Trainer.of(new Model(GRAPH, base), adapter, BATCHES)
                .learningRate(3e-3)
                .steps(60)
                .seed(1)
                .build()) {
      trainer.forEach(step -> losses.add(step.loss()));
    }
    return losses;
  }

  @Test
  void theLossCurveStaysNear() {
    List<Double> rounded = losses(DType.BF16);
    List<Double> exact = losses(DType.F32);
    double most = 0;
    for (int i = 0; i < exact.size(); i++) {
      most = Math.max(most, Math.abs(rounded.get(i) / exact.get(i) - 1));
    }
    assertThat(exact.get(59)).isLessThan(0.95 * exact.get(0)); // or nothing would be compared
    assertThat(most).isLessThan(0.001); // 0.00015 when this was written
  }

  @Test
  void gradientsStayNear() {
    try (Scope scope = new Scope();
        Parameters rounded = base(DType.BF16);
        Parameters exact = base(DType.F32);
        Adapter adapter = adapter()) {
      Parameters trained = adapter.parameters();
      Batch batch = BATCHES.batch(0);
      Map<String, Tensor> a = GradientProbe.of(ADAPTED, rounded.and(trained), trained, batch);
      Map<String, Tensor> b = GradientProbe.of(ADAPTED, exact.and(trained), trained, batch);
      double difference = 0;
      double whole = 0;
      double worst = 0;
      for (String name : b.keySet()) {
        double error = a.get(name).sub(b.get(name)).norm().item();
        double norm = b.get(name).norm().item();
        difference = Math.hypot(difference, error);
        whole = Math.hypot(whole, norm);
        worst = Math.max(worst, error / norm);
      }
      assertThat(difference).isLessThan(0.015 * whole); // 0.0071, all as one vector
      assertThat(worst).isLessThan(0.025); // 0.0124, of one parameter
    }
  }
}
