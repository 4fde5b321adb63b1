package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Activation;
import dev.lorax.op.Add;
import dev.lorax.op.Attention;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.op.LayerNorm;
import dev.lorax.op.PositionEmbedding;
import dev.lorax.op.SelectRows;
import dev.lorax.op.TypeEmbedding;

/**
 * The lines that BERT and RoBERTa share (Devlin et al. 2019): three embeddings, attention to both
 * sides, norms behind each part, and a head that reads the first token.
 *
 * @param size the dimensions
 * @param offset rows of the position table before that of position 0
 * @param names what checkpoints call it
 */
record EncoderStack(EncoderDimensions size, int offset, Names names) {
  /**
   * What checkpoints call the parts.
   *
   * @param model the encoder
   * @param dense the first product of the head
   * @param output the second
   */
  record Names(String model, String dense, String output) {}

  Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int x = embedder(b);
    for (int layer = 0; layer < size.layers(); layer++) {
      b.enter("encoder.blocks." + layer);
      x = attention(b, x);
      x = feedForward(b, x);
      b.leave();
    }
    b.enter("sequence_classification_head");
    x = b.add("rows", new SelectRows(), x);
    x = b.add("dense", new Dense(size.width(), size.width(), true), x);
    x = b.add("activation", Activation.TANH, x);
    x = b.add("output", new Dense(size.width(), size.labels().size(), true), x);
    b.leave();
    return b.build(x);
  }

  private int embedder(GraphBuilder b) {
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    PositionEmbedding table = new PositionEmbedding(size.context(), size.width(), offset);
    b.enter("embedder");
    int token = b.add("token", new Embedding(size.vocabulary(), size.width()), tokens);
    int type = b.add("type", new TypeEmbedding(size.types(), size.width()));
    int position = b.add("position", table, positions);
    int typed = b.add("typed", new Add(), token, type);
    int normed = b.add("norm", norm(), b.add("sum", new Add(), typed, position));
    b.leave();
    return normed;
  }

  private int attention(GraphBuilder b, int x) {
    Dense product = new Dense(size.width(), size.width(), true);
    Attention mix = Attention.bidirectional(size.heads(), size.width() / size.heads());
    b.enter("self_attention");
    int query = b.add("query", product, x);
    int key = b.add("key", product, x);
    int value = b.add("value", product, x);
    int output = b.add("output", product, b.add("mix", mix, query, key, value));
    int normed = b.add("norm", norm(), b.add("residual", new Add(), x, output));
    b.leave();
    return normed;
  }

  private int feedForward(GraphBuilder b, int x) {
    b.enter("ffn");
    int down = new PlainFeedForward(size.width(), size.inner(), size.activation(), true).add(b, x);
    int normed = b.add("norm", norm(), b.add("residual", new Add(), x, down));
    b.leave();
    return normed;
  }

  private LayerNorm norm() {
    return new LayerNorm(size.width(), size.epsilon());
  }

  WeightMap weights() {
    String model = names.model() + ".";
    String embeddings = model + "embeddings.";
    WeightMap.Builder map =
        WeightMap.builder()
            .prefix(model)
            .ignore(".*\\.position_ids")
            .weight("embedder.token", embeddings + "word_embeddings")
            .weight("embedder.type", embeddings + "token_type_embeddings")
            .weight("embedder.position", embeddings + "position_embeddings")
            .dense("embedder.norm", embeddings + "LayerNorm", true);
    for (int layer = 0; layer < size.layers(); layer++) {
      block(map, "encoder.blocks." + layer, model + "encoder.layer." + layer);
    }
    return map.dense("sequence_classification_head.dense", names.dense(), true)
        .dense("sequence_classification_head.output", names.output(), true)
        .build();
  }

  private static void block(WeightMap.Builder map, String ours, String theirs) {
    String attention = ours + ".self_attention.";
    map.dense(attention + "query", theirs + ".attention.self.query", true)
        .dense(attention + "key", theirs + ".attention.self.key", true)
        .dense(attention + "value", theirs + ".attention.self.value", true)
        .dense(attention + "output", theirs + ".attention.output.dense", true)
        .dense(attention + "norm", theirs + ".attention.output.LayerNorm", true)
        .dense(ours + ".ffn.up", theirs + ".intermediate.dense", true)
        .dense(ours + ".ffn.down", theirs + ".output.dense", true)
        .dense(ours + ".ffn.norm", theirs + ".output.LayerNorm", true);
  }
}
