package dev.lorax.lora;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Rows of a table that are trained, in place of those of some tokens: PEFT's trainable token
 * indices.
 *
 * <p>Inputs: the table's rows {@code [tokens, width]} and the ids {@code [tokens]}.
 *
 * @param target the table
 * @param tokens whose rows are trained
 */
public record TokenRows(Linear target, TokenIds tokens)
    implements Adaptation, Differentiable, Stepwise {
  /**
   * The embedding of a model's tokens.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static Node table(Graph graph) {
    return graph.order().stream()
        .filter(node -> node.op() instanceof Embedding)
        .filter(node -> graph.nodes().get(node.inputs().get(0)).op() == Input.TOKENS)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("The model has no embedding of tokens"));
  }

  @Override
  public List<ParameterSpec> parameters() {
    Initializer none = new Initializer.Constant(0);
    return List.of(ParameterSpec.of("rows", none, tokens.count(), target.out()));
  }

  @Override
  public Map<String, Tensor> first(Beginning beginning) {
    Tensor table = beginning.weight(target).transpose(0, 1);
    return Map.of("rows", table.rows(indices()));
  }

  /** Which rows of the input are replaced, and by which rows of the parameter. */
  private record Places(Tensor rows, Tensor sources) {}

  private Places places(Tensor ids) {
    long[] read = ids.toLongs();
    List<Integer> known = tokens.list();
    long[] rows =
        IntStream.range(0, read.length)
            .filter(i -> known.contains((int) read[i]))
            .asLongStream()
            .toArray();
    long[] sources =
        IntStream.range(0, rows.length)
            .mapToLong(i -> known.indexOf((int) read[(int) rows[i]]))
            .toArray();
    return new Places(Tensor.of(rows, rows.length), Tensor.of(sources, sources.length));
  }

  private Tensor indices() {
    return Tensor.of(tokens.array(), tokens.count());
  }

  @Override
  public Tensor apply(Call call) {
    Tensor wx = call.input(0);
    Places places = places(call.input(1));
    Tensor rows = call.parameter("rows").to(wx.dtype()).rows(places.sources());
    return wx.withRows(places.rows(), rows);
  }

  @Override
  public boolean serves(Set<String> trained) {
    return true;
  }

  /** Each trained row learns the sum over the tokens that read it. */
  @Override
  public Recorded record(Recording call) {
    Places places = places(call.input(1));
    Tensor rows = call.keep(places.rows());
    Tensor sources = call.keep(places.sources());
    return new Recorded(
        apply(call),
        gradient -> {
          if (call.trains("rows")) {
            Tensor own = call.parameter("rows");
            Tensor share = Tensor.zeros(own.dtype(), own.shape().toArray());
            call.learn("rows", share.addRowsInPlace(sources, gradient.rows(rows).to(own.dtype())));
          }
          Tensor none = Tensor.zeros(gradient.dtype(), rows.size(0), gradient.size(1));
          return new Tensor[] {call.wants(0) ? gradient.withRows(rows, none) : null, null};
        });
  }

  @Override
  public Step step(Bound parameters) {
    float[] own = parameters.floats("rows");
    int width = target.out();
    return call -> {
      Rows value = call.output(width);
      value.copy(call.input(0));
      int[] ids = call.ids(1);
      for (int i = 0; i < ids.length; i++) {
        int source = tokens.list().indexOf(ids[i]);
        if (source >= 0) {
          System.arraycopy(own, source * width, value.values(), i * width, width);
        }
      }
    };
  }

  @Override
  public Map<String, Tensor> merge(Function<String, Tensor> weights, Function<String, Tensor> own) {
    Tensor rows = own.apply("rows").to(DType.F32);
    return Map.of("weight", weights.apply("weight").withRows(indices(), rows));
  }

  @Override
  public String toString() {
    return "TokenRows(%d of %d)".formatted(tokens.count(), target.in());
  }
}
