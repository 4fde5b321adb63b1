package dev.lorax.run;

import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Differentiable.Recorded;
import dev.lorax.graph.Op;
import dev.lorax.graph.Recording;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * An evaluation there and back: on the way there each node leaves what its derivative needs, on the
 * way back that is used and freed, and gradients of values are added up.
 */
final class RoundTrip implements AutoCloseable {
  private final Plan plan;
  private final Trained trained;
  private final Frame frame;
  private final boolean sparing;
  private final Recorded[] recorded;
  private final List<List<Tensor>> kept = new ArrayList<>();
  private final Tensor[] gradients;
  private final Tensor[] again; // values that were computed once more, until their node is passed

  RoundTrip(Plan plan, Trained trained, Frame frame, boolean sparing) {
    this.sparing = sparing;
    this.plan = plan;
    this.trained = trained;
    this.frame = frame;
    recorded = new Recorded[plan.size()];
    gradients = new Tensor[plan.size()];
    again = new Tensor[plan.size()];
    for (int i = 0; i < plan.size(); i++) {
      kept.add(new ArrayList<>());
    }
  }

  Frame frame() {
    return frame;
  }

  /** Evaluates the nodes at those places, leaving what the way back needs. */
  void record(int from, int to) {
    for (int i = from; i < to; i++) {
      if (trained.reaches(i)) {
        record(i);
      } else {
        frame.compute(i);
      }
      frame.freeInputs(i);
    }
  }

  private void record(int place) {
    Op op = plan.node(place).op();
    try (Scope temporary = new Scope()) {
      NodeRecording call = new NodeRecording(place);
      Recorded way =
          statesItsOwn(place) ? ((Differentiable) op).record(call) : EngineRecording.of(op, call);
      frame.set(place, temporary.release(way.value().handle()));
      recorded[place] = new Recorded(null, way.pullback(), way.again());
    }
  }

  private boolean statesItsOwn(int place) {
    return plan.node(place).op() instanceof Differentiable known
        && known.serves(trained.parameters(place));
  }

  /**
   * Goes back over nodes that left nothing on the way there, from the last: a value is computed
   * again when it is asked for, and not at all if nobody does.
   */
  void backAgain(int from, int to) {
    frame.backwards(true);
    for (int i = to - 1; i >= from; i--) {
      if (gradients[i] != null && recorded[i] == null && trained.reaches(i)) {
        retrace(i);
      }
      back(i);
      frame.drop(i, i + 1);
    }
    frame.backwards(false);
  }

  private void retrace(int place) {
    if (!statesItsOwn(place)) {
      evaluate(place);
      return;
    }
    try (Scope temporary = new Scope()) {
      NodeRecording call = new NodeRecording(place);
      Differentiable op = (Differentiable) plan.node(place).op();
      recorded[place] = new Recorded(null, op.retrace(call));
    }
  }

  /** Computes a value again, and what leads to it. */
  private void evaluate(int place) {
    for (int input : plan.inputs(place)) {
      if (frame.value(input) == null) {
        evaluate(input);
      }
    }
    try (Gradients off = Gradients.off()) { // the engine may be recording who asks
      if (trained.reaches(place)) {
        record(place);
      } else {
        frame.compute(place);
      }
    }
  }

  /** A value that is not kept; its node is passed after all that read it. */
  private Tensor again(int place) {
    if (again[place] == null) {
      try (Scope temporary = new Scope()) {
        again[place] = temporary.release(recorded[place].again().get().handle());
      }
    }
    return again[place];
  }

  /** Goes back over the nodes at those places, from the last. */
  void back(int from, int to) {
    for (int i = to - 1; i >= from; i--) {
      back(i);
    }
  }

  private void back(int place) {
    if (gradients[place] != null && recorded[place] != null) {
      try (Scope temporary = new Scope()) {
        Tensor[] shares = recorded[place].pullback().apply(gradients[place]);
        int[] inputs = plan.inputs(place);
        for (int i = 0; i < inputs.length; i++) {
          if (shares[i] != null && trained.reaches(inputs[i])) {
            add(inputs[i], temporary.release(shares[i].handle()));
          }
        }
      }
    }
    forget(place);
  }

  /** Adds a share to a value's gradient, and takes charge of it. */
  void add(int place, Tensor share) {
    Tensor sum = gradients[place];
    if (sum == null) {
      gradients[place] = share;
      return;
    }
    try (Scope temporary = new Scope()) {
      if (sum.isExclusive()) {
        sum.addInPlace(share, 1);
      } else { // some other value has the same gradient
        gradients[place] = temporary.release(sum.add(share));
        sum.close();
      }
      share.close();
    }
  }

  /** Gives a value's gradient away; null if there is none. */
  Tensor takeGradient(int place) {
    Tensor gradient = gradients[place];
    gradients[place] = null;
    return gradient;
  }

  private void forget(int place) {
    recorded[place] = null;
    if (again[place] != null) {
      again[place].close();
      again[place] = null;
    }
    kept.get(place).forEach(Tensor::close);
    kept.get(place).clear();
    Tensor gradient = takeGradient(place);
    if (gradient != null) {
      gradient.close();
    }
  }

  /** Frees what is left of a trip that was not finished. */
  @Override
  public void close() {
    for (int i = 0; i < recorded.length; i++) {
      forget(i);
    }
    frame.close();
  }

  /** What one node sees, and leaves. */
  private final class NodeRecording extends Frame.NodeCall implements Recording {
    private final int place;

    NodeRecording(int place) {
      frame.super(place);
      this.place = place;
    }

    @Override
    public int inputs() {
      return plan.inputs(place).length;
    }

    /** An input that is gone comes again. */
    @Override
    public Tensor input(int number) {
      recall(number);
      return super.input(number);
    }

    private int recall(int number) {
      int input = plan.inputs(place)[number];
      if (frame.isBackwards() && frame.value(input) == null) {
        evaluate(input);
      }
      return input;
    }

    @Override
    public boolean isSparing() {
      return sparing;
    }

    @Override
    public Tensor keep(Tensor value) {
      try (Scope own = new Scope()) { // on the way back, too, where another is open
        Tensor handle = own.release(value.handle());
        kept.get(place).add(handle);
        return handle;
      }
    }

    @Override
    public Supplier<Tensor> keepInput(int number) {
      int input = recall(number);
      return recorded[input] != null && recorded[input].again() != null
          ? () -> again(input)
          : Recording.super.keepInput(number);
    }

    @Override
    public boolean wants(int input) {
      return trained.reaches(plan.inputs(place)[input]);
    }

    @Override
    public boolean trains(String parameter) {
      return trained.parameters(place).contains(parameter);
    }

    @Override
    public void learn(String parameter, Tensor gradient) {
      trained.learn(place, parameter, gradient);
    }
  }
}
