package dev.lorax.model;

import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Activation;
import dev.lorax.op.Dense;
import dev.lorax.op.Multiply;

/**
 * {@code down(activation(gate(x)) · up(x))} (Shazeer 2020, eq. 6).
 *
 * @param gate product
 * @param activation of the gate
 * @param up product
 * @param down product
 * @param names of the modules that checkpoints keep the three products in
 */
record GatedFeedForward(Dense gate, Activation activation, Dense up, Dense down, Names names)
    implements FeedForwardPart {
  /** Where checkpoints keep the products, below the layer or the expert. */
  record Names(String gate, String up, String down) {
    static final Names LLAMA = new Names("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj");
    static final Names EXPERT = new Names("gate_proj", "up_proj", "down_proj");
  }

  /** Llama's. */
  static GatedFeedForward of(Dimensions size, boolean bias) {
    return of(size.width(), size.inner(), size.activation(), bias);
  }

  /** One of that width within. */
  static GatedFeedForward of(int width, int inner, Activation activation, boolean bias) {
    return new GatedFeedForward(
        new Dense(width, inner, bias),
        activation,
        new Dense(width, inner, bias),
        new Dense(inner, width, bias),
        Names.LLAMA);
  }

  /** The same, kept elsewhere. */
  GatedFeedForward named(Names others) {
    return new GatedFeedForward(gate, activation, up, down, others);
  }

  @Override
  public int add(GraphBuilder b, int x) {
    int active = b.add("activation", activation, b.add("gate", gate, x));
    int gated = b.add("gated", new Multiply(), active, b.add("up", up, x));
    return b.add("down", down, gated);
  }

  @Override
  public void weights(WeightMap.Builder map, String ours, String theirs) {
    map.dense(ours + "gate", theirs + names.gate(), gate.bias())
        .dense(ours + "up", theirs + names.up(), up.bias())
        .dense(ours + "down", theirs + names.down(), down.bias());
  }
}
