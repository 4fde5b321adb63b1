package dev.lorax.run;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Call;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Seeds;
import dev.lorax.graph.Sequences;
import dev.lorax.op.Input;
import dev.lorax.op.SelectRows;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a graph with given parameters.
 *
 * <p>It knows each value's last use, and frees it there: the one place where values die in a
 * forward pass. A session keeps no state between passes and may be shared by platform threads.
 */
public final class Session {
  private final List<Node> order;
  private final List<int[]> inputs;
  private final int[] lastUse;
  private final List<Map<String, Tensor>> parameters;

  /**
   * A session for a graph.
   *
   * @throws IllegalArgumentException if a parameter is missing or has another shape; the message
   *     lists all of them
   */
  public Session(Graph graph, Parameters parameters) {
    parameters.check(graph);
    order = graph.orderTo(graph.outputNode());
    Map<Integer, Integer> place = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      place.put(order.get(i).id(), i);
    }
    inputs =
        order.stream().map(node -> node.inputs().stream().mapToInt(place::get).toArray()).toList();
    lastUse = lastUses(inputs);
    this.parameters = order.stream().map(node -> bind(node, parameters)).toList();
  }

  /**
   * Evaluates the graph.
   *
   * @return the graph's value, {@code [rows, vocabulary]} for a language model; it lives in the
   *     scope, which must be the innermost open one
   */
  public Tensor run(Pass pass, Scope scope) {
    Map<String, Tensor> feeds = feeds(pass);
    Tensor[] values = new Tensor[order.size()];
    int current = 0;
    try {
      for (; current < values.length; current++) {
        values[current] = evaluate(current, values, feeds, pass);
        free(values, current);
      }
    } finally {
      if (current < values.length) { // an op failed: nothing may leak
        Arrays.stream(values).filter(value -> value != null).forEach(Tensor::close);
      }
    }
    pass.cache().ifPresent(selection -> selection.advance(pass.sequences()));
    return scope.adopt(values[values.length - 1]);
  }

  private Tensor evaluate(int index, Tensor[] values, Map<String, Tensor> feeds, Pass pass) {
    try (Scope temporary = new Scope()) {
      NodeCall call = new NodeCall(index, values, feeds, pass);
      return temporary.release(order.get(index).op().apply(call).handle());
    }
  }

  private void free(Tensor[] values, int current) {
    for (int input : inputs.get(current)) {
      if (lastUse[input] == current && values[input] != null) {
        values[input].close();
        values[input] = null;
      }
    }
  }

  private static Map<String, Tensor> feeds(Pass pass) {
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put(Input.TOKENS.name(), ids(pass.tokens()));
    feeds.put(Input.POSITIONS.name(), Tensor.of(pass.positions(), pass.tokens().length));
    pass.rows().ifPresent(rows -> feeds.put(SelectRows.ROWS, ids(rows)));
    return feeds;
  }

  private static Tensor ids(int[] ids) {
    return Tensor.of(Arrays.stream(ids).asLongStream().toArray(), ids.length);
  }

  private static int[] lastUses(List<int[]> inputs) {
    int[] last = new int[inputs.size()];
    Arrays.fill(last, Integer.MAX_VALUE);
    for (int i = 0; i < inputs.size(); i++) {
      for (int input : inputs.get(i)) {
        last[input] = i;
      }
    }
    return last;
  }

  private static Map<String, Tensor> bind(Node node, Parameters parameters) {
    Map<String, Tensor> bound = new HashMap<>();
    for (ParameterSpec spec : node.op().parameters()) {
      bound.put(spec.name(), parameters.get(node.parameter(spec)));
    }
    return bound;
  }

  /** What one node sees. */
  private final class NodeCall implements Call {
    private final int index;
    private final Tensor[] values;
    private final Map<String, Tensor> feeds;
    private final Pass pass;

    NodeCall(int index, Tensor[] values, Map<String, Tensor> feeds, Pass pass) {
      this.index = index;
      this.values = values;
      this.feeds = feeds;
      this.pass = pass;
    }

    @Override
    public Tensor input(int number) {
      return values[inputs.get(index)[number]];
    }

    @Override
    public Tensor parameter(String name) {
      return parameters.get(index).get(name);
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
      return pass.cache().map(selection -> selection.of(order.get(index)));
    }

    @Override
    public Mode mode() {
      return pass.mode();
    }

    @Override
    public long seed(long run) {
      return Seeds.mix(run, pass.mode().step(), order.get(index).name().hashCode());
    }
  }
}
