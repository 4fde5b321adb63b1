package dev.lorax.model;

import dev.lorax.op.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sizes that encoders of BERT's family have in common, and the classes that they tell apart.
 *
 * @param vocabulary number of tokens
 * @param context longest sequence
 * @param width of the residual stream
 * @param layers number of blocks
 * @param heads of attention
 * @param inner width of the feed-forward part
 * @param activation in the feed-forward part
 * @param epsilon of the norms
 * @param types of tokens: how many texts a sequence may have
 * @param labels the names of the classes
 */
public record EncoderDimensions(
    int vocabulary,
    int context,
    int width,
    int layers,
    int heads,
    int inner,
    Activation activation,
    double epsilon,
    int types,
    List<String> labels) {
  private static final int MOST_LABELS = 10_000;

  /**
   * From the fields of config.json.
   *
   * @param offset positions of the table that are no token's
   */
  static EncoderDimensions from(ModelConfig config, int offset) {
    requireClassifier(config);
    int width = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    config.head(width, heads);
    int context = config.size("max_position_embeddings") - offset;
    if (context < 1) {
      throw config.unfit("'max_position_embeddings' leaves no position after the padding's");
    }
    return new EncoderDimensions(
        config.size("vocab_size"),
        context,
        width,
        config.count("num_hidden_layers"),
        heads,
        config.size("intermediate_size"),
        config.activation("hidden_act", "gelu"),
        config.number("layer_norm_eps", 1e-12),
        config.size("type_vocab_size", 2),
        labels(config));
  }

  private static void requireClassifier(ModelConfig config) {
    for (String name : config.texts("architectures")) {
      if (!name.endsWith("ForSequenceClassification")) {
        throw config.unfit(
            "%s has no head that chooses a class: train it on labelled texts, or take a model %s"
                .formatted(name, "ForSequenceClassification"));
      }
    }
    if (config.flag("is_decoder", false) || config.flag("add_cross_attention", false)) {
      throw config.unfit("encoders that are used as decoders are not supported");
    }
    String positions = config.text("position_embedding_type", "absolute");
    if (!positions.equals("absolute")) {
      throw config.unfit("'position_embedding_type' %s is not supported".formatted(positions));
    }
    String problem = config.text("problem_type", "single_label_classification");
    if (!problem.equals("single_label_classification")) {
      throw config.unfit(
          "'problem_type' %s is not supported, only one class a text".formatted(problem));
    }
  }

  /** The names of id2label; LABEL_0, LABEL_1 where it is absent, as transformers has it. */
  private static List<String> labels(ModelConfig config) {
    Optional<ModelConfig> names = config.section("id2label");
    int most = config.size("num_labels", 2);
    if (most > MOST_LABELS) {
      throw config.unfit("'num_labels' should be at most %d, not %d".formatted(MOST_LABELS, most));
    }
    List<String> labels = new ArrayList<>();
    String next = "0";
    while (names.isPresent() ? names.get().has(next) : labels.size() < most) {
      labels.add(names.isPresent() ? names.get().text(next) : "LABEL_" + next);
      next = String.valueOf(labels.size());
    }
    if (labels.size() < 2) {
      throw config.unfit(
          "'id2label' names %d classes: regression is not supported, and a choice has at least 2"
              .formatted(labels.size()));
    }
    return List.copyOf(labels);
  }
}
