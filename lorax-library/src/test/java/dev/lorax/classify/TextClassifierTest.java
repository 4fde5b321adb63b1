package dev.lorax.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Copies;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Merge;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An adapter and a head learn classes, and what they have learned can be used and kept. */
class TextClassifierTest {
  private static final List<String> WORDS = List.of("calm", "breeze", "storm");
  private static final List<String> OTHERS = List.of("the", "sea", "wind", "night", "west", "mast");

  @TempDir Path folder;

  static List<Fixture> fixtures() {
    return Fixture.classifiers();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void aTaskIsLearnedAndTheMergedCheckpointKnowsIt(Fixture fixture) {
    List<LabelledText> texts = texts(90, 1);
    List<LabelledText> unseen = texts(30, 2);
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32);
        Adapter adapter = Adapter.initial(base, config(base), 42);
        TextClassifier classifier = TextClassifier.of(base, adapter)) {
      assertThat(classifier.accuracy(unseen).share()).isLessThan(0.7);
      train(base, adapter, classifier.batches(texts).size(8).seed(3));
      assertThat(classifier.accuracy(unseen).share()).isGreaterThan(0.9);
      Merge merge = Merge.of(base, adapter);
      Path merged = folder.resolve("merged");
      CheckpointFolder.write(merged, base, merge.parameters(), DType.F32);
      merge.close();
      try (Checkpoint again = Checkpoint.open(merged);
          TextClassifier kept = TextClassifier.of(again)) {
        assertSame(kept.classify("the storm"), classifier.classify("the storm"));
        assertSame(kept.classify("sea", "wind"), classifier.classify("sea", "wind"));
        assertThat(kept.accuracy(unseen)).isEqualTo(classifier.accuracy(unseen));
      }
    }
  }

  private static LoraConfig config(Checkpoint base) {
    return LoraConfig.builder().rank(8).alpha(16).copies(TextClassifier.head(base)).build();
  }

  private static void train(Checkpoint base, Adapter adapter, LabelledBatches batches) {
    try (Trainer trainer =
        Trainer.of(base, adapter, batches).steps(120).learningRate(5e-3).seed(1).build()) {
      for (Step step : trainer) {
        assertThat(step.loss()).isFinite();
      }
    }
  }

  private static void assertSame(Choice found, Choice wanted) {
    assertThat(found.label()).isEqualTo(wanted.label());
    for (int i = 0; i < WORDS.size(); i++) {
      assertThat(found.probabilities().get(i))
          .isCloseTo(wanted.probabilities().get(i), within(1e-4));
    }
  }

  @Test
  void probabilitiesAddUpToOne() {
    try (Checkpoint base = Checkpoint.open(fixtures().get(0).folder());
        TextClassifier classifier = TextClassifier.of(base)) {
      Choice choice = classifier.classify("a breeze from the west");
      assertThat(choice.probabilities().stream().mapToDouble(p -> p).sum())
          .isCloseTo(1, within(1e-9));
      assertThat(choice.label()).isIn(WORDS);
    }
  }

  @Test
  void aTextLongerThanTheContextIsCut() {
    try (Checkpoint base = Checkpoint.open(fixtures().get(0).folder());
        TextClassifier classifier = TextClassifier.of(base)) {
      String text = "sea ".repeat(100);
      assertThat(classifier.classify(text)).isEqualTo(classifier.classify(text + text));
    }
  }

  @Test
  void anEpochHasEveryTextOnceInAnOrderOfItsOwn() {
    List<LabelledText> texts = texts(12, 1);
    try (Checkpoint base = Checkpoint.open(fixtures().get(0).folder());
        TextClassifier classifier = TextClassifier.of(base)) {
      LabelledBatches batches = classifier.batches(texts).size(4);
      List<List<Integer>> first = epoch(batches, 0);
      List<List<Integer>> second = epoch(batches, 3);
      assertThat(first).isNotEqualTo(second).containsExactlyInAnyOrderElementsOf(second);
      assertThat(epoch(batches, 0)).isEqualTo(first);
    }
  }

  private static List<List<Integer>> epoch(LabelledBatches batches, long from) {
    List<List<Integer>> sequences = new ArrayList<>();
    for (long number = from; number < from + 3; number++) {
      Batch batch = batches.batch(number);
      int row = 0;
      for (int i = 0; i < batch.sequences().count(); i++) {
        List<Integer> ids = new ArrayList<>();
        for (int j = 0; j < batch.sequences().length(i); j++) {
          ids.add(batch.tokens()[row++]);
        }
        sequences.add(ids);
      }
    }
    return sequences;
  }

  @Test
  void aModelThatPredictsTokensIsRefused() {
    try (Checkpoint base = Checkpoint.open(Fixture.named("gpt2-lora").folder())) {
      assertThatThrownBy(() -> TextClassifier.head(base))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("predicts tokens, not classes");
    }
  }

  @Test
  void anAdapterAndItsHeadAreKeptInAFolder() {
    try (Checkpoint base = Checkpoint.open(fixtures().get(0).folder());
        Adapter adapter = Adapter.initial(base, config(base), 42);
        TextClassifier classifier = TextClassifier.of(base, adapter)) {
      train(base, adapter, classifier.batches(texts(30, 1)).size(8));
      PeftFolder.write(folder.resolve("adapter"), base, adapter);
      try (Adapter again = PeftFolder.read(folder.resolve("adapter"), base);
          TextClassifier kept = TextClassifier.of(base, again)) {
        assertSame(kept.classify("the storm"), classifier.classify("the storm"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void biasesOfTheHeadThatPeftSavesSeveralTimesAreReadOnce(Fixture fixture) {
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32);
        Adapter adapter = Adapter.initial(base, withBiases(base), 42);
        Scope scope = new Scope()) {
      Path kept = folder.resolve("adapter");
      PeftFolder.write(kept, base, adapter);
      Path file = kept.resolve("adapter_model.safetensors");
      Map<String, Tensor> tensors = new TreeMap<>();
      try (Safetensors own = Safetensors.open(file)) {
        own.names().forEach(name -> tensors.put(name, scope.adopt(own.get(name))));
      }
      String head = "base_model.model.classifier";
      for (String key : List.copyOf(tensors.keySet())) {
        if (key.startsWith(head) && key.endsWith(".bias")) {
          String end = key.substring(head.length());
          String inner = end.equals(".bias") ? ".modules_to_save" : ".modules_to_save.default";
          tensors.put(head + inner + end, tensors.get(key));
          tensors.put(head + ".original_module" + end, tensors.get(key));
        }
      }
      SafetensorsWriter.write(file, tensors);
      try (Adapter again = PeftFolder.read(kept, base)) {
        assertThat(again.copies()).isEqualTo(adapter.copies());
      }
    }
  }

  private static LoraConfig withBiases(Checkpoint base) {
    Copies copies = Copies.biases().and(TextClassifier.head(base));
    return LoraConfig.builder().rank(2).copies(copies).build();
  }

  @Test
  void anAdapterWithoutHeadNamesNoTask() throws IOException {
    try (Checkpoint base = Checkpoint.open(fixtures().get(0).folder());
        Adapter alone = Adapter.initial(base, LoraConfig.builder().rank(2).build(), 42);
        Adapter whole = Adapter.initial(base, config(base), 42)) {
      assertThat(PeftFolder.config(base, alone)).contains("\"task_type\" : null");
      assertThat(PeftFolder.config(base, whole)).contains("\"task_type\" : \"SEQ_CLS\"");
    }
  }

  /** Words in any order, one of which is the class. */
  private static List<LabelledText> texts(int count, long seed) {
    Random random = new Random(seed);
    List<LabelledText> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> words = new ArrayList<>();
      words.add(WORDS.get(i % WORDS.size()));
      for (int j = random.nextInt(4); j >= 0; j--) {
        words.add(OTHERS.get(random.nextInt(OTHERS.size())));
      }
      Collections.shuffle(words, random);
      texts.add(new LabelledText(String.join(" ", words), Optional.empty(), i % WORDS.size()));
    }
    return texts;
  }
}
