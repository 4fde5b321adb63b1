package dev.lorax.run;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Stepwise;
import dev.lorax.graph.Stepwise.Step;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.RowProduct;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.VectorUnit;
import dev.lorax.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A plan whose ops are all {@link Stepwise}, ready for steps of decoding: one new token for each of
 * a few sequences, on the Java heap.
 */
final class StepProgram {
  /** Tokens of one step up to which products on the heap are the fastest. */
  static final int FEW = 8;

  private final Plan plan;
  private final List<Step> steps;
  private final Stages stages;
  private final ConcurrentLinkedQueue<StepFrame> frames = new ConcurrentLinkedQueue<>();

  private StepProgram(Plan plan) {
    this.plan = plan;
    steps = steps(plan);
    stages = new Stages(plan, steps);
  }

  /** What is computed at each place, bound to its parameters. */
  static List<Step> steps(Plan plan) {
    List<Step> steps = new ArrayList<>();
    for (int place = 0; place < plan.size(); place++) {
      steps.add(((Stepwise) plan.node(place).op()).step(new NodeParameters(plan, place)));
    }
    return steps;
  }

  /** The program of a plan; empty where an op or the form of a weight stands against it. */
  static Optional<StepProgram> of(Plan plan) {
    if (!VectorUnit.isOn()) {
      return Optional.empty();
    }
    for (int place = 0; place < plan.size(); place++) {
      if (!(plan.node(place).op() instanceof Stepwise)
          || !plan.weights(place).stream().allMatch(StepProgram::serves)) {
        return Optional.empty();
      }
    }
    return Optional.of(new StepProgram(plan));
  }

  /** Float64 stays float64. */
  private static boolean serves(Weight weight) {
    return weight.shape().rank() == 2
        ? weight.forRows().isPresent()
        : weight instanceof Tensor tensor && tensor.dtype() != DType.F64;
  }

  /** Whether a pass is such a step. */
  static boolean isStep(Pass pass) {
    return pass.cache().isPresent()
        && !pass.mode().training()
        && pass.tokens().length <= FEW
        && pass.tokens().length == pass.sequences().count();
  }

  /** Takes a step; its value is made as a tensor in the open scope. */
  Tensor run(Pass pass) {
    StepFrame frame = frames.poll();
    frame = frame == null ? new StepFrame(plan, steps, stages) : frame;
    try {
      return frame.run(pass);
    } finally {
      frames.add(frame);
    }
  }

  /** What the op at a place is bound to. */
  private record NodeParameters(Plan plan, int place) implements Bound {
    @Override
    public float[] floats(String parameter) {
      try (Scope scope = new Scope()) {
        return plan.parameter(place, parameter).toFloats();
      }
    }

    @Override
    public Weight weight(String parameter) {
      return plan.weight(place, parameter);
    }

    @Override
    public RowProduct product(String parameter) {
      return weight(parameter).forRows().orElseThrow();
    }
  }
}
