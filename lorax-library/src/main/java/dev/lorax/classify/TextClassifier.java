package dev.lorax.classify;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Copies;
import dev.lorax.model.Classifier;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.text.Tokenizer;
import dev.lorax.train.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A model that chooses a class for a text, with an adapter or without. Texts longer than the
 * model's context are cut.
 *
 * <p>While the adapter is trained, it chooses by the adapter's current values. Close it when done,
 * before the checkpoint.
 */
public final class TextClassifier implements AutoCloseable {
  private static final int TOGETHER = 32; // texts that are passed through the model at once

  private final Classifier architecture;
  private final SequenceEncoder encoder;
  private final Session session;

  private TextClassifier(Checkpoint base, Parameterized model, Parameters all) {
    architecture = classifier(base);
    base.tokenizer(); // refuses one that does not belong to the model
    Tokenizer tokenizer = Tokenizer.open(base.folder(), architecture.context());
    encoder = new SequenceEncoder(tokenizer, architecture.types() > 1);
    session = new Session(model.graph(), all);
  }

  /**
   * A checkpoint as it is.
   *
   * @throws IllegalArgumentException if it chooses no classes
   */
  public static TextClassifier of(Checkpoint base) {
    return new TextClassifier(base, base, base.parameters());
  }

  /**
   * A checkpoint with an adapter.
   *
   * @throws IllegalArgumentException if it chooses no classes
   */
  public static TextClassifier of(Checkpoint base, Adapter adapter) {
    return new TextClassifier(base, adapter, base.parameters().and(adapter.parameters()));
  }

  /**
   * The head, to be trained whole beside an adapter: what PEFT saves for the task type SEQ_CLS.
   *
   * @throws IllegalArgumentException if the base chooses no classes
   */
  public static Copies head(Checkpoint base) {
    return Copies.nodes(classifier(base).head().toArray(String[]::new));
  }

  private static Classifier classifier(Checkpoint base) {
    if (base.architecture() instanceof Classifier classifier) {
      return classifier;
    }
    throw new IllegalArgumentException(
        "%s predicts tokens, not classes: take a BERT or RoBERTa ForSequenceClassification"
            .formatted(base.folder()));
  }

  /** The names of the classes, in the order of their numbers. */
  public List<String> labels() {
    return architecture.labels();
  }

  /** Texts to train on, for a {@link dev.lorax.train.Trainer}. */
  public LabelledBatches batches(List<LabelledText> texts) {
    return LabelledBatches.of(encoder, texts);
  }

  /** The class of a text. */
  public Choice classify(String text) {
    return choices(List.of(LabelledText.of(text, 0))).get(0);
  }

  /** The class of a pair of texts. */
  public Choice classify(String text, String second) {
    return choices(List.of(new LabelledText(text, Optional.of(second), 0))).get(0);
  }

  /**
   * How often it is right.
   *
   * @throws IllegalArgumentException if there is no text
   */
  public Accuracy accuracy(List<LabelledText> texts) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("There is no text to measure on");
    }
    int right = 0;
    for (int from = 0; from < texts.size(); from += TOGETHER) {
      List<LabelledText> some = texts.subList(from, Math.min(texts.size(), from + TOGETHER));
      List<Choice> choices = choices(some);
      for (int i = 0; i < some.size(); i++) {
        right += choices.get(i).label().equals(labels().get(some.get(i).label())) ? 1 : 0;
      }
    }
    return new Accuracy(right, texts.size());
  }

  private List<Choice> choices(List<LabelledText> texts) {
    Batch batch = encoder.batch(texts);
    Pass pass = Pass.of(batch.tokens(), batch.sequences()).firstRows();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Pass typed = batch.types().map(pass::typed).orElse(pass);
      double[] logits = session.run(typed, scope).toDoubles();
      List<Choice> choices = new ArrayList<>();
      for (int at = 0; at < logits.length; at += labels().size()) {
        choices.add(choice(Arrays.copyOfRange(logits, at, at + labels().size())));
      }
      return choices;
    }
  }

  private Choice choice(double[] logits) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double[] shares = Arrays.stream(logits).map(logit -> Math.exp(logit - most)).toArray();
    double sum = Arrays.stream(shares).sum();
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return new Choice(
        labels().get(best), Arrays.stream(shares).mapToObj(share -> share / sum).toList());
  }

  @Override
  public void close() {
    encoder.tokenizer().close();
  }
}
