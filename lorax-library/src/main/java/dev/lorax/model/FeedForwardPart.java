package dev.lorax.model;

import dev.lorax.graph.GraphBuilder;

/** The feed-forward part of a block: from the normalised stream to what is added to it. */
interface FeedForwardPart {
  /** Adds its nodes below the directory entered; gives the output. */
  int add(GraphBuilder b, int x);

  /** Its lines of the weight map, below {@code decoder.blocks.N.ffn.} and {@code layers.N.}. */
  void weights(WeightMap.Builder map, String ours, String theirs);
}
