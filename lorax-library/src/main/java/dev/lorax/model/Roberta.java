package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.List;

/**
 * RoBERTa with a head that chooses a class (Liu et al. 2019): BERT whose positions are counted
 * after the id of its padding.
 *
 * @param size the dimensions
 * @param offset the id of the padding, and one
 */
public record Roberta(EncoderDimensions size, int offset) implements Classifier {
  private static final EncoderStack.Names NAMES =
      new EncoderStack.Names("roberta", "classifier.dense", "classifier.out_proj");

  /** From the fields of config.json. */
  public static Roberta from(ModelConfig config) {
    int offset = config.integer("pad_token_id", 1) + 1;
    return new Roberta(EncoderDimensions.from(config, offset), offset);
  }

  @Override
  public Graph graph() {
    return stack().graph();
  }

  @Override
  public WeightMap weights() {
    return stack().weights();
  }

  @Override
  public int vocabulary() {
    return size.vocabulary();
  }

  @Override
  public int context() {
    return size.context();
  }

  @Override
  public List<String> labels() {
    return size.labels();
  }

  @Override
  public int types() {
    return size.types();
  }

  @Override
  public List<String> head() {
    return List.of("sequence_classification_head.dense", "sequence_classification_head.output");
  }

  private EncoderStack stack() {
    return new EncoderStack(size, offset, NAMES);
  }
}
