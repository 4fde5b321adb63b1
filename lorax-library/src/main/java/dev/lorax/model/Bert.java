package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.List;

/**
 * BERT with a head that chooses a class (Devlin et al. 2019).
 *
 * @param size the dimensions
 */
public record Bert(EncoderDimensions size) implements Classifier {
  private static final EncoderStack.Names NAMES =
      new EncoderStack.Names("bert", "bert.pooler.dense", "classifier");

  /** From the fields of config.json. */
  public static Bert from(ModelConfig config) {
    return new Bert(EncoderDimensions.from(config, 0));
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
    return List.of("sequence_classification_head.output");
  }

  private EncoderStack stack() {
    return new EncoderStack(size, 0, NAMES);
  }
}
