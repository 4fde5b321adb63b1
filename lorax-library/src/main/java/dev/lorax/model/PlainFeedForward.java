package dev.lorax.model;

import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Activation;
import dev.lorax.op.Dense;

/**
 * Two products with an activation between, of every token alone (Vaswani et al. 2017, eq. 2).
 *
 * @param width of the residual stream
 * @param inner width between the products
 * @param activation there
 * @param bias whether the products have biases
 */
record PlainFeedForward(int width, int inner, Activation activation, boolean bias) {
  /** Adds the nodes {@code up}, {@code activation} and {@code down}; the last one's id. */
  int add(GraphBuilder b, int x) {
    int up = b.add("up", new Dense(width, inner, bias), x);
    int active = b.add("activation", activation, up);
    return b.add("down", new Dense(inner, width, bias), active);
  }
}
