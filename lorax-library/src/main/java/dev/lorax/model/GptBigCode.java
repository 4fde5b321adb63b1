package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.List;

/**
 * GPT-BigCode (Li et al. 2023: StarCoder; Ben Allal et al. 2023: SantaCoder): GPT-2 with one head
 * of keys and values for all queries (Shazeer 2019).
 *
 * @param size what it has in common with GPT-2
 * @param multiQuery whether all queries share keys and values
 */
public record GptBigCode(Gpt2 size, boolean multiQuery) implements Architecture {

  /** From the fields of config.json. */
  public static GptBigCode from(ModelConfig config) {
    return new GptBigCode(Gpt2.from(config, "gelu_pytorch_tanh"), config.flag("multi_query", true));
  }

  @Override
  public Graph graph() {
    return size.graph(multiQuery ? 1 : size.heads());
  }

  /** PEFT adapts the matrix in which the three are fused. */
  @Override
  public List<String> defaultTargets() {
    return List.of("query", "key", "value");
  }

  @Override
  public WeightMap weights() {
    return size.weights(this::block);
  }

  /** Query, keys and values lie below each other, or take turns where each head has its own. */
  private void block(WeightMap.Builder map, String ours, String theirs) {
    String attention = ours + "self_attention.";
    int head = size.width() / size.heads();
    QueryKeyValue parts =
        multiQuery
            ? new QueryKeyValue(1, size.width(), head)
            : new QueryKeyValue(size.heads(), head, head);
    parts.put(map, attention, "weight", new Source.Whole(theirs + "attn.c_attn.weight"));
    parts.put(map, attention, "bias", new Source.Whole(theirs + "attn.c_attn.bias"));
    map.dense(attention + "output", theirs + "attn.c_proj", true)
        .dense(ours + "ffn.up", theirs + "mlp.c_fc", true)
        .dense(ours + "ffn.down", theirs + "mlp.c_proj", true);
  }

  @Override
  public int vocabulary() {
    return size.vocabulary();
  }

  @Override
  public int context() {
    return size.context();
  }
}
