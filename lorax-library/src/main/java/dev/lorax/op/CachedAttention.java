package dev.lorax.op;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * Attention of new tokens to those that a cache holds: the same formula, without computing the old
 * keys and values again.
 *
 * @param attention the formula
 * @param cache what the node has seen of each sequence
 */
record CachedAttention(Attention attention, Cache cache) {
  /** Rows of queries, keys and values, [tokens, heads · head], of all sequences. */
  Tensor mix(Tensor q, Tensor k, Tensor v, Sequences sequences) {
    DType exact = v.dtype().exact();
    Tensor mixed =
        sequences.rows() == sequences.count()
            ? step(q.to(exact), k.to(exact), v.to(exact))
            : oneByOne(q, k, v, sequences, exact);
    return mixed.to(v.dtype());
  }

  /** One new token of each sequence: few products for all of them. */
  private Tensor step(Tensor q, Tensor k, Tensor v) {
    int heads = attention.keyValueHeads();
    long[] rows = {-1, heads, attention.head()};
    long window = attention.window().orElse(Integer.MAX_VALUE);
    List<Cache.Step> steps = cache.appendEach(k.view(rows), v.view(rows), window);
    Tensor[] mixed = new Tensor[steps.size()];
    int start = 0;
    for (int i = 0; i < mixed.length; i++) {
      Cache.Step part = steps.get(i);
      Tensor queries = // those that share keys become rows of one matrix
          q.narrow(0, start, part.sequences())
              .view((long) part.sequences() * heads, -1, attention.head());
      mixed[i] =
          Kernels.stepAttention(
                  queries,
                  part.keys(),
                  part.values(),
                  part.bias(),
                  attention.scale(),
                  attention.cap())
              .view(part.sequences(), -1);
      start += part.sequences();
    }
    return mixed.length == 1 ? mixed[0] : Tensor.cat(0, mixed);
  }

  private Tensor oneByOne(Tensor q, Tensor k, Tensor v, Sequences sequences, DType exact) {
    Tensor[] mixed = new Tensor[sequences.count()];
    int start = 0;
    for (int i = 0; i < mixed.length; i++) {
      int length = sequences.length(i);
      Tensor queries = q.narrow(0, start, length);
      Tensor keys = k.narrow(0, start, length);
      Tensor values = v.narrow(0, start, length);
      boolean isFirst = cache.length(i) == 0;
      Cache.Entry all = append(keys.to(exact), values.to(exact), i);
      mixed[i] =
          isFirst // they see each other alone
              ? new WholeAttention(attention, Sequences.of(length)).mix(queries, keys, values)
              : extend(queries.to(exact), all).to(v.dtype());
      start += length;
    }
    return mixed.length == 1 ? mixed[0] : Tensor.cat(0, mixed);
  }

  private Cache.Entry append(Tensor keys, Tensor values, int sequence) {
    long[] fresh = {attention.keyValueHeads(), -1, attention.head()};
    return cache.append(
        sequence, attention.split(keys, 1).view(fresh), attention.split(values, 1).view(fresh));
  }

  /** New tokens of a sequence that holds some already. */
  private Tensor extend(Tensor queries, Cache.Entry all) {
    long[] one = {1, attention.keyValueHeads(), -1, attention.head()};
    Tensor q = attention.split(queries, 1);
    Tensor k = all.keys().contiguous().view(one);
    Tensor v = all.values().view(one);
    long time = q.size(2);
    long keys = k.size(2);
    long seen = Math.min(keys, attention.window().orElse(Integer.MAX_VALUE));
    Tensor mixed =
        time == 1 // one query at the end sees the last keys: no mask
            ? attend(q, k.narrow(2, keys - seen, seen), v.narrow(2, keys - seen, seen), null)
            : attend(q, k, v, Kernels.slidingMask(time, keys, seen));
    return mixed.transpose(1, 2).view(time, -1);
  }

  private Tensor attend(Tensor q, Tensor k, Tensor v, Tensor mask) {
    return attention.isCapped()
        ? Kernels.cappedAttention(q, k, v, mask, attention.scale(), attention.cap())
        : Kernels.attention(q, k, v, mask, false, attention.scale());
  }
}
