package dev.lorax.op;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.OptionalInt;

/**
 * Causal self-attention of many heads (Vaswani et al. 2017, eq. 1), with shared key-value heads
 * (Ainslie et al. 2023) and a sliding window (Beltagy et al. 2020) where asked.
 *
 * <p>Inputs: queries {@code [tokens, heads · head]}, keys and values {@code [tokens, keyValueHeads
 * · head]}. Sequences never see each other. Computed in float32 (float64 stays), which on CPUs is
 * also faster than 16 bit; the result has the values' type.
 *
 * @param heads of queries
 * @param keyValueHeads a divisor of {@code heads}
 * @param head width of one head
 * @param window how many positions back a query sees, itself included; empty: all
 * @param scale factor on the dot products, usually 1/√head
 */
public record Attention(int heads, int keyValueHeads, int head, OptionalInt window, double scale)
    implements Op {
  /** Attention over all earlier positions, scaled by 1/√head. */
  public Attention(int heads, int keyValueHeads, int head) {
    this(heads, keyValueHeads, head, OptionalInt.empty(), 1 / Math.sqrt(head));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor values = call.input(2);
    DType exact = values.dtype() == DType.F64 ? DType.F64 : DType.F32;
    Tensor q = call.input(0).to(exact);
    Tensor k = call.input(1).to(exact);
    Tensor v = values.to(exact);
    Sequences sequences = call.sequences();
    Tensor mixed =
        call.cache().isEmpty() && sequences.isUniform()
            ? together(q, k, v, sequences.count())
            : oneByOne(q, k, v, call);
    return mixed.to(values.dtype());
  }

  /** All sequences at once, since they have the same length. */
  private Tensor together(Tensor q, Tensor k, Tensor v, int count) {
    return attend(split(q, count), split(k, count), split(v, count));
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
    if (call.cache().isEmpty()) {
      return attend(queries, fresh.keys(), fresh.values());
    }
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
