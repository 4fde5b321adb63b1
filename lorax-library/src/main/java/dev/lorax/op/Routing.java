package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Experts;
import dev.lorax.tensor.Tensor;

/**
 * The weights of the likeliest experts of every token, 0 for the others (Shazeer et al. 2017, eq. 3
 * to 5; Jiang et al. 2024, section 2.1): the router's logits {@code [tokens, experts]} give float32
 * {@code [tokens, experts]}.
 *
 * <p>Its derivative is the engine's: it is small beside an expert's.
 *
 * @param chosen how many experts a token goes to
 * @param renormalised whether the weights of a token are made to add up to 1
 */
public record Routing(int chosen, boolean renormalised) implements Stepwise {
  @Override
  public Tensor apply(Call call) {
    return Experts.weights(call.input(0), chosen, renormalised);
  }

  @Override
  public Step step(Bound parameters) {
    return call ->
        Experts.weights(call.input(0), chosen, renormalised, call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return "Routing(best %d%s)".formatted(chosen, renormalised ? ", renormalised" : "");
  }
}
