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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A model that chooses a class for a text, with an adapter or without. Texts longer than the
 * model's context are cut.
 *
 * <p>While the adapter is trained, it chooses by the adapter's current values. Close it when done,
 * before the checkpoint.
 */
public final class TextClassifier implements AutoCloseable {
  private static final int TOGETHER = 32; // texts that are passed through the model at once

  private final Checkpoint base;
  private final Classifier architecture;
  private final SequenceEncoder encoder;
  private final Session session;

  private TextClassifier(
      Checkpoint base, SequenceEncoder encoder, Parameterized model, Parameters all) {
    this.base = base;
    this.encoder = encoder;
    architecture = classifier(base);
    session = new Session(model.graph(), all);
  }

  /**
   * A checkpoint as it is.
   *
   * @throws IllegalArgumentException if it chooses no classes
   */
  public static TextClassifier of(Checkpoint base) {
    return of(base, classifier(base).context());
  }

  /**
   * A checkpoint as it is, for texts that are cut earlier than the model needs.
   *
   * @param limit tokens of a text, special ones included; at most the model's context
   */
  public static TextClassifier of(Checkpoint base, int limit) {
    Classifier architecture = classifier(base);
    base.tokenizer(); // refuses one that does not belong to the model
    Tokenizer tokenizer = Tokenizer.open(base.folder(), limit);
    SequenceEncoder encoder = new SequenceEncoder(tokenizer, architecture.types() > 1);
    return new TextClassifier(base, encoder, base, base.parameters());
  }

  /**
   * A checkpoint with an adapter.
   *
   * @throws IllegalArgumentException if it chooses no classes
   */
  public static TextClassifier of(Checkpoint base, Adapter adapter) {
    return of(base).with(adapter);
  }

  /** The same checkpoint with an adapter. Close one of the two. */
  public TextClassifier with(Adapter adapter) {
    Parameters all = base.parameters().and(adapter.parameters());
    return new TextClassifier(base, encoder, adapter, all);
  }

  /**
   * The head, to be trained whole beside an adapter: what PEFT saves for the task type SEQ_CLS, and
   * whatever else of it the checkpoint's folder has no values for.
   *
   * @throws IllegalArgumentException if the base chooses no classes
   */
  public static Copies head(Checkpoint base) {
    Classifier architecture = classifier(base);
    Set<String> nodes = new LinkedHashSet<>(architecture.head());
    nodes.addAll(ClassifierFolder.drawn(base));
    return Copies.nodes(nodes.toArray(String[]::new));
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

  /** Texts as one batch, in their order. */
  public Batch batch(List<LabelledText> texts) {
    return encoder.batch(texts);
  }

  /** The class of a text. */
  public Choice classify(String text) {
    return classify(List.of(LabelledText.of(text))).get(0);
  }

  /** The class of a pair of texts. */
  public Choice classify(String text, String second) {
    return classify(List.of(LabelledText.of(text, second))).get(0);
  }

  /** The classes of texts, whatever classes they say they have. */
  public List<Choice> classify(List<LabelledText> texts) {
    List<Choice> choices = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += TOGETHER) {
      choices.addAll(choices(texts.subList(from, Math.min(texts.size(), from + TOGETHER))));
    }
    return choices;
  }

  /**
   * How often it is right.
   *
   * @throws IllegalArgumentException if there is no text
   */
  public Accuracy accuracy(List<LabelledText> texts) {
    return scores(texts).accuracy();
  }

  /**
   * How well it does.
   *
   * @throws IllegalArgumentException if there is no text, or one has no class
   */
  public Scores scores(List<LabelledText> texts) {
    return scores(texts, classify(texts));
  }

  /**
   * How well it does, of choices that it has made.
   *
   * @throws IllegalArgumentException if there is no text, or one has no class
   */
  public Scores scores(List<LabelledText> texts, List<Choice> choices) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("There is no text to measure on");
    }
    if (!texts.stream().allMatch(LabelledText::isLabelled)) {
      throw new IllegalArgumentException("A text has no class to measure by");
    }
    return Scores.of(texts, choices, labels());
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
