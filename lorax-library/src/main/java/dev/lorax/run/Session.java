package dev.lorax.run;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Optional;

/**
 * Runs a graph with given parameters.
 *
 * <p>Each value is freed at its last use. A session keeps no state between passes and may be shared
 * by platform threads.
 */
public final class Session {
  private final Plan plan;
  private final Tail tail;
  private Optional<StepProgram> steps; // null: not asked for yet

  /**
   * A session for a graph.
   *
   * @throws IllegalArgumentException if a parameter is missing or has another shape; the message
   *     lists all of them
   */
  public Session(Graph graph, Parameters parameters) {
    plan = new Plan(graph, parameters);
    tail = Tail.of(plan);
  }

  /**
   * Evaluates the graph.
   *
   * @return the graph's value, {@code [rows, vocabulary]} for a language model; it lives in the
   *     scope, which must be the innermost open one
   */
  public Tensor run(Pass pass, Scope scope) {
    Optional<StepProgram> steps = StepProgram.isStep(pass) ? steps() : Optional.empty();
    if (steps.isPresent()) {
      Tensor value = steps.get().run(pass);
      pass.cache().orElseThrow().advance(pass.sequences());
      return value;
    }
    try (Frame frame = new Frame(plan, pass)) {
      frame.compute(0, plan.size());
      pass.cache().ifPresent(selection -> selection.advance(pass.sequences()));
      return scope.adopt(frame.take(plan.size() - 1));
    }
  }

  private synchronized Optional<StepProgram> steps() {
    if (steps == null) {
      steps = StepProgram.of(plan);
    }
    return steps;
  }

  /**
   * Evaluates a sum over the rows of the graph's value, some rows at a time: the whole value, which
   * may be the largest by far, is never there.
   */
  public double sum(Pass pass, Objective objective) {
    try (Scope scope = new Scope();
        Frame frame = new Frame(plan, pass)) {
      frame.compute(0, tail.start());
      return tail.parts(
          frame,
          (part, first) -> {
            part.compute(tail.start(), plan.size());
            return objective.value(part.value(plan.size() - 1), first);
          });
    }
  }
}
