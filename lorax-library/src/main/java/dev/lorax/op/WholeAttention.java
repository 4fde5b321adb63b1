package dev.lorax.op;

import dev.lorax.graph.Differentiable.Recorded;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.AttentionProducts;
import dev.lorax.tensor.AttentionProducts.Mixed;
import dev.lorax.tensor.AttentionProducts.Slopes;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Attention within whole sequences: those of one length together, else each by itself.
 *
 * @param attention the formula
 * @param sequences how the rows fall into sequences
 */
record WholeAttention(Attention attention, Sequences sequences) {
  /** Rows of queries, keys and values, [tokens, heads · head], give rows. */
  Tensor mix(Tensor q, Tensor k, Tensor v) {
    return mix(q, k, v, products -> products.mix().mixed());
  }

  /** The same for the inputs of a call, with the way back. */
  Recorded record(Recording call) {
    List<AttentionProducts> kept = new ArrayList<>();
    List<Tensor> weights = new ArrayList<>();
    Tensor value =
        mix(
            call.input(0),
            call.input(1),
            call.input(2),
            products -> {
              AttentionProducts own = products.map(call::keep);
              Mixed mixed = own.mix();
              kept.add(own);
              boolean worth = mixed.weights() != null && !call.isSparing();
              weights.add(worth ? call.keep(mixed.weights()) : null);
              return mixed.mixed();
            });
    return new Recorded(
        value,
        gradient -> back(gradient, kept, weights),
        call.isSparing() ? () -> again(call, kept, weights) : null);
  }

  /** The value once more; the way back, which comes next, finds the weights. */
  private Tensor again(Recording call, List<AttentionProducts> kept, List<Tensor> weights) {
    List<Rows> groups = groups();
    Tensor[] values = new Tensor[kept.size()];
    for (int i = 0; i < values.length; i++) {
      Mixed mixed = kept.get(i).mix();
      weights.set(i, mixed.weights() == null ? null : call.keep(mixed.weights()));
      values[i] = rows(mixed.mixed(), groups.get(i).count());
    }
    return joined(values);
  }

  private Tensor mix(Tensor q, Tensor k, Tensor v, Function<AttentionProducts, Tensor> mix) {
    List<Rows> groups = groups();
    Tensor[] mixed = new Tensor[groups.size()];
    for (int i = 0; i < mixed.length; i++) {
      Rows rows = groups.get(i);
      AttentionProducts products =
          new AttentionProducts(
              queries(rows.of(q), rows.count()),
              keys(rows.of(k), rows.count()),
              keys(rows.of(v), rows.count()),
              attention.window().orElse(Integer.MAX_VALUE),
              attention.scale(),
              attention.cap(),
              attention.causal());
      mixed[i] = rows(mix.apply(products), rows.count());
    }
    return joined(mixed);
  }

  private Tensor[] back(Tensor gradient, List<AttentionProducts> kept, List<Tensor> weights) {
    List<Rows> groups = groups();
    Tensor[][] slopes = new Tensor[3][kept.size()];
    for (int i = 0; i < kept.size(); i++) {
      Rows rows = groups.get(i);
      Slopes part = kept.get(i).back(queries(rows.of(gradient), rows.count()), weights.get(i));
      slopes[0][i] = rows(part.queries(), rows.count());
      slopes[1][i] = rows(part.keys(), rows.count());
      slopes[2][i] = rows(part.values(), rows.count());
    }
    return Arrays.stream(slopes).map(WholeAttention::joined).toArray(Tensor[]::new);
  }

  private static Tensor joined(Tensor[] parts) {
    return parts.length == 1 ? parts[0] : Tensor.cat(0, parts);
  }

  /**
   * Rows of sequences that are attended together.
   *
   * @param start the first row
   * @param length rows
   * @param count sequences, of one length
   */
  private record Rows(int start, int length, int count) {
    Tensor of(Tensor all) {
      return length == all.size(0) ? all : all.narrow(0, start, length);
    }
  }

  private List<Rows> groups() {
    if (sequences.isUniform()) {
      return List.of(new Rows(0, sequences.rows(), sequences.count()));
    }
    List<Rows> groups = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < sequences.count(); i++) {
      groups.add(new Rows(start, sequences.length(i), 1));
      start += sequences.length(i);
    }
    return groups;
  }

  /** Rows of queries as [count · key-value heads, group, time, head], contiguous. */
  private Tensor queries(Tensor rows, int count) {
    int shared = attention.keyValueHeads();
    return attention
        .split(rows, count)
        .contiguous()
        .view((long) count * shared, attention.heads() / shared, -1, attention.head());
  }

  /** Rows of keys or values as [count · key-value heads, time, head], contiguous. */
  private Tensor keys(Tensor rows, int count) {
    return attention
        .split(rows, count)
        .contiguous()
        .view((long) count * attention.keyValueHeads(), -1, attention.head());
  }

  /** Back from either to rows [tokens, heads · head]. */
  private Tensor rows(Tensor split, int count) {
    long time = split.size(-2);
    return split
        .view(count, -1, time, attention.head())
        .transpose(1, 2)
        .contiguous()
        .view(count * time, -1);
  }
}
