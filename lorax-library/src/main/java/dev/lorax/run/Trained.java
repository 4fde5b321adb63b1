package dev.lorax.run;

import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which parameters of a plan are trained, which values depend on them, and their gradients. */
final class Trained {
  /** Of each node: the trained parameters, by the op's name, and where their gradient adds up. */
  private final List<Map<String, String>> names = new ArrayList<>();

  private final Map<String, Tensor> gradients;
  private final boolean[] reached;
  private final Set<String> learned = new LinkedHashSet<>();

  /**
   * The training of those parameters.
   *
   * @param gradients by full name of the parameter, in its shape; shares are added there
   */
  Trained(Plan plan, Map<String, Tensor> gradients) {
    this.gradients = gradients;
    reached = new boolean[plan.size()];
    for (int i = 0; i < plan.size(); i++) {
      names.add(names(plan.node(i)));
      reached[i] = !names.get(i).isEmpty();
      for (int input : plan.inputs(i)) {
        reached[i] |= reached[input];
      }
    }
  }

  private Map<String, String> names(Node node) {
    Map<String, String> trained = new LinkedHashMap<>();
    for (ParameterSpec spec : node.op().parameters()) {
      if (gradients.containsKey(node.parameter(spec))) {
        trained.put(spec.name(), node.parameter(spec));
      }
    }
    return trained;
  }

  /** Whether a value depends on a trained parameter, so that its gradient is of use. */
  boolean reaches(int place) {
    return reached[place];
  }

  /** The trained parameters of a node, by its op's names. */
  Set<String> parameters(int place) {
    return names.get(place).keySet();
  }

  /** Adds to the gradient of a node's trained parameter. */
  void learn(int place, String parameter, Tensor share) {
    String name = names.get(place).get(parameter);
    gradients.get(name).addInPlace(share, 1);
    learned.add(name);
  }

  /** The full names of parameters whose gradient has had a share. */
  Set<String> learned() {
    return learned;
  }
}
