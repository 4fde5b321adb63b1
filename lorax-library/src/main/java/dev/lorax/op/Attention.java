package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.HeldRows;
import dev.lorax.tensor.StepAttention;
import dev.lorax.tensor.Tensor;
import java.util.OptionalInt;

/**
 * Self-attention of many heads (Vaswani et al. 2017, eq. 1), causal or to both sides, with shared
 * key-value heads (Ainslie et al. 2023) and a sliding window (Beltagy et al. 2020) where asked.
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
 * @param cap bound of the scaled products, {@code cap · tanh(product / cap)} (Gemma Team 2024,
 *     section 2); infinite: none
 * @param causal whether a query sees no position behind its own; if not, it sees its whole
 *     sequence, which must be there at once, and there is no window
 */
public record Attention(
    int heads,
    int keyValueHeads,
    int head,
    OptionalInt window,
    double scale,
    double cap,
    boolean causal)
    implements Differentiable, Stepwise {
  /** Attention over all earlier positions, scaled by 1/√head. */
  public Attention(int heads, int keyValueHeads, int head) {
    this(heads, keyValueHeads, head, OptionalInt.empty(), 1 / Math.sqrt(head));
  }

  /** Causal attention without a bound on its scores. */
  public Attention(int heads, int keyValueHeads, int head, OptionalInt window, double scale) {
    this(heads, keyValueHeads, head, window, scale, Double.POSITIVE_INFINITY);
  }

  /** Causal attention. */
  public Attention(
      int heads, int keyValueHeads, int head, OptionalInt window, double scale, double cap) {
    this(heads, keyValueHeads, head, window, scale, cap, true);
  }

  /** Attention to both sides, scaled by 1/√head: an encoder's. */
  public static Attention bidirectional(int heads, int head) {
    double scale = 1 / Math.sqrt(head);
    double cap = Double.POSITIVE_INFINITY;
    return new Attention(heads, heads, head, OptionalInt.empty(), scale, cap, false);
  }

  @Override
  public Tensor apply(Call call) {
    Tensor q = call.input(0);
    Tensor k = call.input(1);
    Tensor v = call.input(2);
    if (call.cache().isEmpty()) {
      return new WholeAttention(this, call.sequences()).mix(q, k, v);
    }
    requireCausal();
    return new CachedAttention(this, call.cache().get()).mix(q, k, v, call.sequences());
  }

  private void requireCausal() {
    if (!causal) {
      throw new IllegalArgumentException(
          "The model reads whole sequences, to both sides: it cannot go on token by token");
    }
  }

  @Override
  public Recorded record(Recording call) {
    return new WholeAttention(this, call.sequences()).record(call);
  }

  boolean isCapped() {
    return Double.isFinite(cap);
  }

  /** [tokens, heads · head] as [batch, heads, time, head]. */
  Tensor split(Tensor rows, int batch) {
    return rows.view(batch, rows.size(0) / batch, -1, head).transpose(1, 2);
  }

  @Override
  public Step step(Bound parameters) {
    requireCausal();
    int sharing = heads / keyValueHeads;
    StepAttention steps =
        new StepAttention(
            heads, sharing, head, window.orElse(Integer.MAX_VALUE), (float) scale, (float) cap);
    return call -> {
      HeldRows held = call.cache().append(call.input(1), call.input(2), keyValueHeads);
      float[] scratch = call.scratch(steps.scratch(call.tokens(), held.capacity()));
      steps.mix(call.input(0), held, scratch, call.output(heads * head));
    };
  }

  @Override
  public String toString() {
    String groups = keyValueHeads == heads ? "" : ", %d key-value heads".formatted(keyValueHeads);
    String sliding = window.isPresent() ? ", window %d".formatted(window.getAsInt()) : "";
    String capped = isCapped() ? ", scores capped at %s".formatted(cap) : "";
    String sides = causal ? "" : ", to both sides";
    return "Attention(%d heads of %d%s%s%s%s)"
        .formatted(heads, head, groups, sliding, capped, sides);
  }
}
