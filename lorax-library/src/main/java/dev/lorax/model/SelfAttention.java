package dev.lorax.model;

import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Attention;
import dev.lorax.op.Dense;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.Rotary;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Attention of Llama and its descendants (Touvron et al. 2023), as the ops that it is made of: from
 * the normalised stream to what is added to it.
 *
 * @param query product
 * @param key product
 * @param value product
 * @param queryNorm of queries before they are rotated, if there is one
 * @param keyNorm of keys likewise
 * @param rotary of queries and keys; empty: they know no positions
 * @param mix the formula
 * @param output product
 */
record SelfAttention(
    Dense query,
    Dense key,
    Dense value,
    Optional<RmsNorm> queryNorm,
    Optional<RmsNorm> keyNorm,
    Optional<Rotary> rotary,
    Attention mix,
    Dense output) {
  /** Llama's: no biases, no norms, all earlier positions. */
  static SelfAttention of(Dimensions size) {
    int wide = size.heads() * size.head();
    int narrow = size.keyValueHeads() * size.head();
    return new SelfAttention(
        new Dense(size.width(), wide, false),
        new Dense(size.width(), narrow, false),
        new Dense(size.width(), narrow, false),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new Rotary(size.head())),
        new Attention(size.heads(), size.keyValueHeads(), size.head()),
        new Dense(wide, size.width(), false));
  }

  /** The same with or without biases of query, key and value, and of the output. */
  SelfAttention biased(boolean inputs, boolean outputs) {
    return new SelfAttention(
        new Dense(query.in(), query.out(), inputs),
        new Dense(key.in(), key.out(), inputs),
        new Dense(value.in(), value.out(), inputs),
        queryNorm,
        keyNorm,
        rotary,
        mix,
        new Dense(output.in(), output.out(), outputs));
  }

  /** The same with norms of queries and of keys. */
  SelfAttention normed(RmsNorm queries, RmsNorm keys) {
    return new SelfAttention(
        query, key, value, Optional.of(queries), Optional.of(keys), rotary, mix, output);
  }

  /** The same with another rotation of queries and keys, or with none. */
  SelfAttention rotated(Optional<Rotary> other) {
    return new SelfAttention(query, key, value, queryNorm, keyNorm, other, mix, output);
  }

  /** The same with another formula. */
  SelfAttention mixed(Attention other) {
    return new SelfAttention(query, key, value, queryNorm, keyNorm, rotary, other, output);
  }

  /** The same over the last positions alone, as many as the window says. */
  SelfAttention windowed(OptionalInt window) {
    return mixed(
        new Attention(
            mix.heads(), mix.keyValueHeads(), mix.head(), window, mix.scale(), mix.cap()));
  }

  /** Adds its nodes below the directory entered; gives the output. */
  int add(GraphBuilder b, int x, int angles) {
    int q = b.add("query", query, x);
    int k = b.add("key", key, x);
    int v = b.add("value", value, x);
    if (queryNorm.isPresent()) {
      q = b.add("query_norm", queryNorm.get(), q);
    }
    if (keyNorm.isPresent()) {
      k = b.add("key_norm", keyNorm.get(), k);
    }
    if (rotary.isPresent()) {
      q = b.add("query_rotary", rotary.get(), q, angles);
      k = b.add("key_rotary", rotary.get(), k, angles);
    }
    return b.add("output", output, b.add("mix", mix, q, k, v));
  }

  /** Its lines of the weight map, below {@code …self_attention.} and {@code …self_attn.}. */
  void weights(WeightMap.Builder map, String ours, String theirs) {
    map.dense(ours + "query", theirs + "q_proj", query.bias())
        .dense(ours + "key", theirs + "k_proj", key.bias())
        .dense(ours + "value", theirs + "v_proj", value.bias())
        .dense(ours + "output", theirs + "o_proj", output.bias());
    queryNorm.ifPresent(norm -> map.weight(ours + "query_norm", theirs + "q_norm"));
    keyNorm.ifPresent(norm -> map.weight(ours + "key_norm", theirs + "k_norm"));
  }
}
