package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Call;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Seeds;
import dev.lorax.graph.Sequences;
import dev.lorax.op.Choice;
import dev.lorax.op.Input;
import dev.lorax.op.SelectRows;
import dev.lorax.op.TypeEmbedding;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The values of one evaluation of a plan, each alive from when it is computed to its last use: the
 * one place where values die in a forward pass.
 */
final class Frame implements AutoCloseable {
  private final Plan plan;
  private final Pass pass;
  private final Map<String, Tensor> feeds;
  private final long part;
  private final Tensor[] values;
  private final int[] holds;
  private boolean backwards;

  /** An evaluation that has not begun; what is fed lives in the scope that is open now. */
  Frame(Plan plan, Pass pass) {
    this(plan, pass, feeds(pass), 0);
  }

  private Frame(Plan plan, Pass pass, Map<String, Tensor> feeds, long part) {
    this.plan = plan;
    this.pass = pass;
    this.feeds = feeds;
    this.part = part;
    values = new Tensor[plan.size()];
    holds = new int[plan.size()];
  }

  /**
   * An evaluation of what depends on some rows of one value alone.
   *
   * @param place of the value
   * @param first of the rows
   */
  Frame part(int place, Tensor rows, long first) {
    Frame part = new Frame(plan, pass, feeds, first);
    part.set(place, rows);
    return part;
  }

  /** Computes one value; those it reads must be there. */
  void compute(int place) {
    try (Scope temporary = new Scope()) {
      Tensor value = plan.node(place).op().apply(new NodeCall(place));
      values[place] = temporary.release(value.handle());
    }
  }

  /**
   * Says in which order values are asked for: from here on each may be by any of its readers, until
   * it is dropped, or in the order of the plan again.
   */
  void backwards(boolean now) {
    backwards = now;
  }

  /** Whether values are asked for from the last. */
  boolean isBackwards() {
    return backwards;
  }

  /** Computes the values from one place up to another, freeing each after its last use. */
  void compute(int from, int to) {
    for (int i = from; i < to; i++) {
      compute(i);
      freeInputs(i);
    }
  }

  Tensor value(int place) {
    return values[place];
  }

  /** Takes a value, and with it the duty to close it. */
  void set(int place, Tensor value) {
    values[place] = value;
  }

  /** Gives a value away, and with it the duty to close it. */
  Tensor take(int place) {
    Tensor value = values[place];
    values[place] = null;
    return value;
  }

  /** Keeps a value beyond its last use, until {@link #letGo} as often. */
  void hold(int place) {
    holds[place]++;
  }

  /** Takes back one {@link #hold}, and frees the value if that was the last. */
  void letGo(int place) {
    if (--holds[place] == 0) {
      free(place);
    }
  }

  /** Frees the values that the node at a place was the last to read. */
  void freeInputs(int place) {
    for (int input : plan.inputs(place)) {
      if (plan.lastUse(input) == place && holds[input] == 0) {
        free(input);
      }
    }
  }

  /** Frees the values at those places that nobody holds. */
  void drop(int from, int to) {
    for (int i = from; i < to; i++) {
      if (holds[i] == 0) {
        free(i);
      }
    }
  }

  private void free(int place) {
    if (values[place] != null) {
      values[place].close();
      values[place] = null;
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < values.length; i++) {
      free(i);
    }
  }

  private static Map<String, Tensor> feeds(Pass pass) {
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put(Input.TOKENS.name(), ids(pass.tokens()));
    feeds.put(Input.POSITIONS.name(), Tensor.of(pass.positions(), pass.tokens().length));
    pass.rows().ifPresent(rows -> feeds.put(SelectRows.ROWS, ids(rows)));
    pass.choicesOfRows().ifPresent(choices -> feeds.put(Choice.CHOICES, ids(choices)));
    pass.types().ifPresent(types -> feeds.put(TypeEmbedding.TYPES, ids(types)));
    return feeds;
  }

  private static Tensor ids(int[] ids) {
    return Tensor.of(Arrays.stream(ids).asLongStream().toArray(), ids.length);
  }

  /** What one node sees. */
  class NodeCall implements Call {
    private final int place;

    NodeCall(int place) {
      this.place = place;
    }

    @Override
    public Tensor input(int number) {
      return values[plan.inputs(place)[number]];
    }

    @Override
    public Tensor parameter(String name) {
      return plan.parameter(place, name);
    }

    @Override
    public Weight weight(String name) {
      return plan.computed(place, name);
    }

    @Override
    public boolean mayOverwrite(int number) {
      int input = plan.inputs(place)[number];
      return plan.lastUse(input) == place
          && holds[input] == 0
          && !(backwards && plan.isReadTwice(input))
          && Arrays.stream(plan.inputs(place)).filter(other -> other == input).count() == 1
          && !Gradients.areOn()
          && values[input].isExclusive();
    }

    @Override
    public Optional<Tensor> feed(String name) {
      return Optional.ofNullable(feeds.get(name));
    }

    @Override
    public Sequences sequences() {
      return pass.sequences();
    }

    @Override
    public Optional<Cache> cache() {
      return pass.cache().map(selection -> selection.of(plan.node(place)));
    }

    @Override
    public Mode mode() {
      return pass.mode();
    }

    @Override
    public long seed(long run) {
      long seed = Seeds.mix(run, pass.mode().step(), plan.node(place).name().hashCode());
      return part == 0 ? seed : Seeds.mix(seed, part);
    }
  }
}
