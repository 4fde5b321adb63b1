package dev.lorax.op;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.AttentionProducts;
import dev.lorax.tensor.AttentionProducts.Mixed;
import dev.lorax.tensor.AttentionProducts.Slopes;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Causal self-attention of many heads (Vaswani et al. 2017, eq. 1), with shared key-value heads
 * (Ainslie et al. 2023) and a sliding window (Beltagy et al. 2020) where asked.
 *
 * <p>Inputs: queries {@code [tokens, heads · head]}, keys and values {@code [tokens, keyValueHeads
 * · head]}. Sequences never see each other. Whole sequences are computed in the values' type, as
 * transformers' eager attention does; against a cache, which is float32, in float32.
 *
 * @param heads of queries
 * @param keyValueHeads a divisor of {@code heads}
 * @param head width of one head
 * @param window how many positions back a query sees, itself included; empty: all
 * @param scale factor on the dot products, usually 1/√head
 */
public record Attention(int heads, int keyValueHeads, int head, OptionalInt window, double scale)
    implements Differentiable {
  /** Attention over all earlier positions, scaled by 1/√head. */
  public Attention(int heads, int keyValueHeads, int head) {
    this(heads, keyValueHeads, head, OptionalInt.empty(), 1 / Math.sqrt(head));
  }

  @Override
  public Tensor apply(Call call) {
    if (call.cache().isEmpty()) {
      return whole(call, products -> products.mix().mixed());
    }
    Tensor values = call.input(2);
    DType exact = values.dtype() == DType.F64 ? DType.F64 : DType.F32;
    Tensor mixed =
        oneByOne(call.input(0).to(exact), call.input(1).to(exact), values.to(exact), call);
    return mixed.to(values.dtype());
  }

  @Override
  public Recorded record(Recording call) {
    List<AttentionProducts> kept = new ArrayList<>();
    List<Tensor> weights = new ArrayList<>();
    Tensor value =
        whole(
            call,
            products -> {
              AttentionProducts own = products.map(call::keep);
              Mixed mixed = own.mix();
              kept.add(own);
              weights.add(mixed.weights() == null ? null : call.keep(mixed.weights()));
              return mixed.mixed();
            });
    return new Recorded(value, gradient -> back(gradient, kept, weights, groups(call.sequences())));
  }

  /** Attends within whole sequences: those of one length together, else each by itself. */
  private Tensor whole(Call call, Function<AttentionProducts, Tensor> mix) {
    List<Rows> groups = groups(call.sequences());
    Tensor[] mixed = new Tensor[groups.size()];
    for (int i = 0; i < mixed.length; i++) {
      Rows rows = groups.get(i);
      AttentionProducts products =
          new AttentionProducts(
              grouped(rows.of(call.input(0)), rows.count()),
              flat(rows.of(call.input(1)), rows.count()),
              flat(rows.of(call.input(2)), rows.count()),
              window.orElse(Integer.MAX_VALUE),
              scale);
      mixed[i] = rows(mix.apply(products), rows.count());
    }
    return mixed.length == 1 ? mixed[0] : Tensor.cat(0, mixed);
  }

  private Tensor[] back(
      Tensor gradient, List<AttentionProducts> kept, List<Tensor> weights, List<Rows> groups) {
    Tensor[][] slopes = new Tensor[3][kept.size()];
    for (int i = 0; i < kept.size(); i++) {
      Rows rows = groups.get(i);
      Tensor mixed = grouped(rows.of(gradient), rows.count());
      Slopes part = kept.get(i).back(mixed, weights.get(i));
      slopes[0][i] = rows(part.queries(), rows.count());
      slopes[1][i] = rows(part.keys(), rows.count());
      slopes[2][i] = rows(part.values(), rows.count());
    }
    return Arrays.stream(slopes)
        .map(parts -> parts.length == 1 ? parts[0] : Tensor.cat(0, parts))
        .toArray(Tensor[]::new);
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

  private static List<Rows> groups(Sequences sequences) {
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
  private Tensor grouped(Tensor rows, int count) {
    return split(rows, count)
        .contiguous()
        .view((long) count * keyValueHeads, heads / keyValueHeads, rows.size(0) / count, head);
  }

  /** Rows of keys or values as [count · key-value heads, time, head], contiguous. */
  private Tensor flat(Tensor rows, int count) {
    return split(rows, count)
        .contiguous()
        .view((long) count * keyValueHeads, rows.size(0) / count, head);
  }

  /** Back from either to rows [tokens, heads · head]. */
  private Tensor rows(Tensor split, int count) {
    long time = split.size(-2);
    return split.view(count, -1, time, head).transpose(1, 2).view(count * time, -1);
  }

  private Tensor oneByOne(Tensor q, Tensor k, Tensor v, Call call) {
    Sequences sequences = call.sequences();
    Tensor[] mixed = new Tensor[sequences.count()];
    int start = 0;
    for (int i = 0; i < mixed.length; i++) {
      int length = sequences.length(i);
      Tensor queries = split(q.narrow(0, start, length), 1);
      Cache.Entry entry =
          new Cache.Entry(
              split(k.narrow(0, start, length), 1), split(v.narrow(0, start, length), 1));
      mixed[i] = attendCached(queries, entry, i, call);
      start += length;
    }
    return mixed.length == 1 ? mixed[0] : Tensor.cat(0, mixed);
  }

  private Tensor attendCached(Tensor queries, Cache.Entry fresh, int sequence, Call call) {
    long[] heads = {keyValueHeads, -1, head};
    Cache.Entry all =
        call.cache().get().append(sequence, fresh.keys().view(heads), fresh.values().view(heads));
    return attend(
        queries,
        all.keys().view(1, keyValueHeads, -1, head),
        all.values().view(1, keyValueHeads, -1, head));
  }

  /** From [batch, heads, time, head] and [batch, key-value heads, keys, head] to rows again. */
  private Tensor attend(Tensor q, Tensor k, Tensor v) {
    long time = q.size(2);
    long keys = k.size(2);
    long seen = Math.min(keys, window.orElse(Integer.MAX_VALUE));
    Tensor mixed;
    if (time == 1) { // one query at the end sees the last keys: no mask
      mixed = Kernels.attention(q, last(k, seen), last(v, seen), null, false, scale);
    } else {
      boolean plain = time == keys && seen == keys;
      Tensor mask = plain ? null : Kernels.slidingMask(time, keys, seen);
      mixed = Kernels.attention(q, k, v, mask, plain, scale);
    }
    return mixed.transpose(1, 2).view(-1, (long) heads * head);
  }

  private static Tensor last(Tensor keys, long seen) {
    long all = keys.size(2);
    return seen == all ? keys : keys.narrow(2, all - seen, seen);
  }

  /** [tokens, heads · head] as [batch, heads, time, head]. */
  private Tensor split(Tensor rows, int batch) {
    return rows.view(batch, rows.size(0) / batch, -1, head).transpose(1, 2);
  }

  @Override
  public String toString() {
    String groups = keyValueHeads == heads ? "" : ", %d key-value heads".formatted(keyValueHeads);
    String sliding = window.isPresent() ? ", window %d".formatted(window.getAsInt()) : "";
    return "Attention(%d heads of %d%s%s)".formatted(heads, head, groups, sliding);
  }
}
