package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.graph.StepCall;
import dev.lorax.graph.Stepwise.Step;
import dev.lorax.op.Choice;
import dev.lorax.op.Input;
import dev.lorax.op.SelectRows;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values of one step of decoding, in memory that serves the next one too. */
final class StepFrame implements StepCall {
  private final Plan plan;
  private final int[] slots;
  private final Rows[] values;
  private final Map<String, int[]> feeds = new HashMap<>();
  private float[] scratch = new float[0];
  private Pass pass;
  private int place;

  StepFrame(Plan plan, int[] slots) {
    this.plan = plan;
    this.slots = slots;
    values = new Rows[1 + Arrays.stream(slots).max().orElse(0)];
    Arrays.setAll(values, slot -> new Rows());
  }

  /** Computes all values; the last is the graph's. */
  Tensor run(Pass step, List<Step> steps) {
    pass = step;
    feeds.clear();
    feeds.put(Input.TOKENS.name(), pass.tokens());
    feeds.put(
        Input.POSITIONS.name(),
        Arrays.stream(pass.positions()).mapToInt(Math::toIntExact).toArray());
    pass.rows().ifPresent(rows -> feeds.put(SelectRows.ROWS, rows));
    pass.choicesOfRows().ifPresent(choices -> feeds.put(Choice.CHOICES, choices));
    for (place = 0; place < plan.size(); place++) {
      steps.get(place).compute(this);
    }
    return values[slots[plan.size() - 1]].toTensor();
  }

  @Override
  public Rows input(int index) {
    return values[slots[plan.inputs(place)[index]]];
  }

  @Override
  public int[] ids(int input) {
    return feeds.get(((Input) plan.node(plan.inputs(place)[input]).op()).name());
  }

  @Override
  public Rows output(int rows, int width) {
    return values[slots[place]].resize(rows, width);
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
