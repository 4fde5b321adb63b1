package dev.lorax.model;

import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Dense;
import dev.lorax.op.ExpertCombine;
import dev.lorax.op.ExpertDispatch;
import dev.lorax.op.Routing;

/**
 * Feed-forward parts of which every token goes to a few (Shazeer et al. 2017): each is nodes of its
 * own, so that it can be adapted as any other.
 *
 * <p>In training, no loss but the caller's is added: how evenly the experts are used is nobody's
 * aim.
 *
 * @param router product that gives a logit for each expert
 * @param routing from the logits to weights
 * @param expert each of them
 * @param module below the layer that checkpoints keep them in
 */
record MixtureOfExperts(Dense router, Routing routing, GatedFeedForward expert, String module)
    implements FeedForwardPart {
  @Override
  public int add(GraphBuilder b, int x) {
    int[] parts = new int[1 + router.out()];
    parts[0] = b.add("routing", routing, b.add("router", router, x));
    for (int i = 0; i < router.out(); i++) {
      b.enter("experts." + i);
      parts[1 + i] = expert.add(b, b.add("rows", new ExpertDispatch(i), x, parts[0]));
      b.leave();
    }
    return b.add("combined", new ExpertCombine(router.out(), router.in()), parts);
  }

  @Override
  public void weights(WeightMap.Builder map, String ours, String theirs) {
    String mixture = theirs + module;
    map.weight(ours + "router", mixture + ".gate")
        .refuse(
            ".*\\.experts\\.(gate_up_proj|down_proj)",
            "stacks all experts in one tensor, which is not supported yet: load the checkpoint in"
                + " transformers and save_pretrained it again");
    for (int i = 0; i < router.out(); i++) {
      expert.weights(
          map, "%sexperts.%d.".formatted(ours, i), "%s.experts.%d.".formatted(mixture, i));
    }
  }
}
