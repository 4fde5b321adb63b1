package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gradients of the mean loss, seen from a test. */
public final class GradientProbe {
  private GradientProbe() {}

  /** The gradient of every trained parameter, in the scope that is open. */
  public static Map<String, Tensor> of(
      Graph graph, Parameters all, Parameters trained, Batch batch) {
    trained.asMap().values().forEach(Tensor::requireGradient);
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    try (Scope scope = new Scope();
        Gradients on = Gradients.on()) {
      Mode mode = Mode.inference();
      Loss.sum(new Session(graph, all), batch, mode, scope)
          .mul(1.0 / batch.supervised())
          .backward();
      trained
          .asMap()
          .forEach((name, value) -> gradients.put(name, scope.release(value.gradient().copy())));
    }
    trained.asMap().values().forEach(Tensor::forgetGradient);
    return gradients;
  }
}
