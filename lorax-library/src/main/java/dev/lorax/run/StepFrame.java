package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.graph.StepCall;
import dev.lorax.graph.Stepwise.ProductStep;
import dev.lorax.graph.Stepwise.Step;
import dev.lorax.op.Choice;
import dev.lorax.op.Input;
import dev.lorax.op.SelectRows;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values of one step of decoding, in memory that serves the next one too. */
final class StepFrame implements StepCall {
  private final Plan plan;
  private final List<Step> steps;
  private final Stages stages;
  private final Rows[] values;
  private final Map<String, int[]> feeds = new HashMap<>();
  private float[] scratch = new float[0];
  private Pass pass;
  private int place;

  StepFrame(Plan plan, List<Step> steps, Stages stages) {
    this.plan = plan;
    this.steps = steps;
    this.stages = stages;
    values = new Rows[stages.slots()];
    Arrays.setAll(values, slot -> new Rows());
  }

  /** Computes all values; the last is the graph's. */
  Tensor run(Pass step) {
    pass = step;
    feeds.clear();
    feeds.put(Input.TOKENS.name(), pass.tokens());
    feeds.put(
        Input.POSITIONS.name(),
        Arrays.stream(pass.positions()).mapToInt(Math::toIntExact).toArray());
    pass.rows().ifPresent(rows -> feeds.put(SelectRows.ROWS, rows));
    pass.choicesOfRows().ifPresent(choices -> feeds.put(Choice.CHOICES, choices));
    for (int[] stage : stages.inOrder()) {
      if (isEmpty(stage[0])) {
        Arrays.stream(stage).forEach(member -> value(member).resize(0, 0));
      } else if (stage.length == 1) {
        place = stage[0];
        steps.get(place).compute(this);
      } else {
        multiply(stage);
      }
    }
    return value(plan.size() - 1).toTensor();
  }

  /** Whether a place works on the rows of an expert that no token goes to. */
  private boolean isEmpty(int of) {
    return stages.isOfExpert(of) && value(plan.inputs(of)[0]).count() == 0;
  }

  /** Computes products of one input together. */
  private void multiply(int[] stage) {
    Rows x = value(plan.inputs(stage[0])[0]);
    List<ProductStep> products = new ArrayList<>(stage.length);
    List<Rows> ys = new ArrayList<>(stage.length);
    for (int member : stage) {
      ProductStep step = (ProductStep) steps.get(member);
      products.add(step);
      ys.add(value(member).resize(x.count(), step.product().out()));
    }
    ProductStep.together(x, products, ys);
  }

  private Rows value(int of) {
    return values[stages.slot(of)];
  }

  @Override
  public Rows input(int index) {
    return value(plan.inputs(place)[index]);
  }

  @Override
  public int[] ids(int input) {
    return feeds.get(((Input) plan.node(plan.inputs(place)[input]).op()).name());
  }

  @Override
  public Rows output(int rows, int width) {
    return value(place).resize(rows, width);
  }

  @Override
  public int tokens() {
    return pass.tokens().length;
  }

  @Override
  public Optional<int[]> feed(String name) {
    return Optional.ofNullable(feeds.get(name));
  }

  @Override
  public Cache cache() {
    return pass.cache().orElseThrow().of(plan.node(place));
  }

  @Override
  public float[] scratch(int size) {
    if (scratch.length < size) {
      scratch = new float[size];
    }
    return scratch;
  }
}
