package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable.Recorded;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Op;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The derivative of an op that does not state its own: the engine records what the op does to
 * leaves that stand for its inputs and trained parameters.
 */
final class EngineRecording implements Call {
  private final Recording call;
  private final Map<Integer, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();

  private EngineRecording(Recording call) {
    this.call = call;
  }

  static Recorded of(Op op, Recording call) {
    EngineRecording leaves = new EngineRecording(call);
    Tensor value;
    try (Gradients on = Gradients.on()) {
      op.parameters().stream()
          .map(ParameterSpec::name)
          .filter(call::trains)
          .forEach(leaves::parameter);
      value = op.apply(leaves);
    }
    Tensor root = call.keep(value);
    leaves.inputs.replaceAll((number, leaf) -> call.keep(leaf));
    leaves.parameters.replaceAll((name, leaf) -> call.keep(leaf));
    return new Recorded(value.detach(), gradient -> leaves.back(root, gradient));
  }

  private Tensor[] back(Tensor root, Tensor gradient) {
    Tensor[] shares = new Tensor[call.inputs()];
    if (!root.requiresGradient()) {
      return shares;
    }
    List<Tensor> leaves = new ArrayList<>(inputs.values());
    leaves.addAll(parameters.values());
    Tensor[] gradients = root.gradients(gradient, leaves.toArray(Tensor[]::new));
    int next = 0;
    for (int number : inputs.keySet()) {
      shares[number] = gradients[next++];
    }
    for (String name : parameters.keySet()) {
      if (gradients[next] != null) {
        call.learn(name, gradients[next]);
      }
      next++;
    }
    return shares;
  }

  @Override
  public Tensor input(int number) {
    return call.wants(number)
        ? inputs.computeIfAbsent(number, i -> leaf(call.input(i)))
        : call.input(number);
  }

  @Override
  public Tensor parameter(String name) {
    return call.trains(name)
        ? parameters.computeIfAbsent(name, own -> leaf(call.parameter(own)))
        : call.parameter(name);
  }

  @Override
  public Weight weight(String name) {
    return call.trains(name) ? parameter(name) : call.weight(name);
  }

  private static Tensor leaf(Tensor value) {
    return value.detach().requireGradient();
  }

  @Override
  public Optional<Tensor> feed(String name) {
    return call.feed(name);
  }

  @Override
  public Sequences sequences() {
    return call.sequences();
  }

  @Override
  public Optional<Cache> cache() {
    return call.cache();
  }

  @Override
  public Mode mode() {
    return call.mode();
  }

  @Override
  public long seed(long run) {
    return call.seed(run);
  }
}
