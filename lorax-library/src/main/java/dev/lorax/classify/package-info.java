/**
 * Texts and their classes: what is this about, is it spam, does the second sentence follow from the
 * first.
 *
 * <pre>{@code
 * try (Checkpoint base = Checkpoint.open(Path.of("models/roberta-base-topics"), DType.F32);
 *     Adapter adapter = Adapter.initial(base, config, 42); // of which copies(TextClassifier.head(base))
 *     TextClassifier classifier = TextClassifier.of(base, adapter)) {
 *   List<LabelledText> texts = LabelledFile.of(Path.of("train.jsonl")).texts(classifier.labels());
 *   try (Trainer trainer = Trainer.of(base, adapter, classifier.batches(texts).size(8)).build()) {
 *     for (Step step : trainer) System.out.println(step);
 *   }
 *   System.out.println(classifier.classify("Rain from the west.").label());
 * }
 * }</pre>
 *
 * <p>{@link dev.lorax.classify.ClassifierFolder} makes such a checkpoint of any BERT or RoBERTa,
 * for classes of your own. Next: {@code dev.lorax.train}, which trains it like any model.
 */
package dev.lorax.classify;
