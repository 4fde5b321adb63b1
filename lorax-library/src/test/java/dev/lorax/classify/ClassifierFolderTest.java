package dev.lorax.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.checkpoint.Weights;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.model.Classifier;
import dev.lorax.model.ModelConfigException;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any BERT or RoBERTa becomes a classifier: its encoder stays, its head is new. */
class ClassifierFolderTest {
  private static final List<String> LABELS = List.of("no", "maybe", "yes", "never");

  @TempDir Path folder;

  static List<Fixture> fixtures() {
    return Fixture.classifiers();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void theEncoderStaysAndTheHeadIsNew(Fixture fixture) throws IOException {
    Path masked = maskedModel(fixture, name -> name);
    ClassifierFolder.create(masked, folder.resolve("made"), LABELS, 7);
    requireMadeOf(fixture, folder.resolve("made"));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void oldNamesAndABareEncoderAreReadToo(Fixture fixture) throws IOException {
    UnaryOperator<String> old =
        name ->
            name.replaceFirst("^(bert|roberta)\\.", "")
                .replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
    ClassifierFolder.create(maskedModel(fixture, old), folder.resolve("made"), LABELS, 7);
    requireMadeOf(fixture, folder.resolve("made"));
  }

  private static void requireMadeOf(Fixture fixture, Path made) {
    try (Checkpoint before = Checkpoint.open(fixture.folder());
        Checkpoint after = Checkpoint.open(made);
        TextClassifier classifier = TextClassifier.of(after)) {
      assertThat(classifier.labels()).isEqualTo(LABELS);
      assertThat(LABELS).contains(classifier.classify("a calm sea").label());
      for (String name : after.parameters().names()) {
        Tensor found = after.parameters().get(name);
        if (!name.startsWith("sequence_classification_head")) {
          assertThat(found.toFloats()).as(name).isEqualTo(before.parameters().get(name).toFloats());
        }
      }
      String output = ((Classifier) after.architecture()).head().get(0) + ".weight";
      assertThat(after.parameters().get(output).abs().max().item()).isBetween(0.01, 0.2);
    }
  }

  @Test
  void theSameSeedGivesTheSameHead() throws IOException {
    Fixture fixture = fixtures().get(0);
    ClassifierFolder.create(fixture.folder(), folder.resolve("a"), LABELS, 7);
    ClassifierFolder.create(fixture.folder(), folder.resolve("b"), LABELS, 7);
    ClassifierFolder.create(fixture.folder(), folder.resolve("c"), LABELS, 8);
    byte[] first = Files.readAllBytes(folder.resolve("a/model.safetensors"));
    assertThat(folder.resolve("b/model.safetensors")).hasBinaryContent(first);
    assertThat(Files.readAllBytes(folder.resolve("c/model.safetensors"))).isNotEqualTo(first);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void anAdapterBringsTheHeadOfAnEncoderThatWasOpened(Fixture fixture) throws IOException {
    Path masked = maskedModel(fixture, name -> name);
    Path kept = folder.resolve("adapter");
    Choice wanted;
    assertThat(ClassifierFolder.lacksHead(masked)).isTrue();
    assertThat(ClassifierFolder.lacksHead(fixture.folder())).isFalse();
    try (Checkpoint base = ClassifierFolder.open(masked, LABELS, 7, DType.F32);
        Adapter adapter =
            Adapter.initial(
                base, LoraConfig.builder().copies(TextClassifier.head(base)).build(), 1);
        TextClassifier classifier = TextClassifier.of(base, adapter)) {
      PeftFolder.write(kept, base, adapter);
      wanted = classifier.classify("a calm sea");
    }
    assertThat(ClassNames.named(kept)).contains(LABELS);
    try (Checkpoint base = ClassifierFolder.open(masked, LABELS, 8, DType.F32);
        Adapter adapter = PeftFolder.read(kept, base);
        TextClassifier plain = TextClassifier.of(base)) {
      assertThat(plain.classify("a calm sea")).isNotEqualTo(wanted);
      assertThat(plain.with(adapter).classify("a calm sea")).isEqualTo(wanted);
    }
  }

  @Test
  void whatIsNoWholeEncoderIsRefused() throws IOException {
    Path lacking =
        maskedModel(fixtures().get(0), name -> name.contains("layer.1.output.dense") ? "x" : name);
    assertThatThrownBy(() -> ClassifierFolder.create(lacking, folder.resolve("made"), LABELS, 7))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("bert.encoder.layer.1.output.dense.weight is missing");
    Path decoder = Fixture.named("gpt2-lora").folder();
    assertThatThrownBy(() -> ClassifierFolder.create(decoder, folder.resolve("made"), LABELS, 7))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContaining("'gpt2' is no encoder; known are bert, roberta");
  }

  @Test
  void whatDoesNotFitItsConfigIsRefused() throws IOException {
    Path masked = maskedModel(fixtures().get(0), name -> name);
    Path file = masked.resolve("config.json");
    Files.writeString(
        file, Files.readString(file).replace("\"vocab_size\":97", "\"vocab_size\":98"));
    assertThatThrownBy(() -> ClassifierFolder.create(masked, folder.resolve("made"), LABELS, 7))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("word_embeddings.weight is [97, 32] instead of [98, 32]");
    assertThat(folder.resolve("made")).doesNotExist();
  }

  @Test
  void aClassNamedTwiceIsRefused() {
    assertThatThrownBy(
            () ->
                ClassifierFolder.create(
                    fixtures().get(0).folder(), folder.resolve("made"), List.of("a", "a"), 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A class is named twice: a, a");
  }

  /** The fixture as a masked language model: other names, no pooler, a head for tokens. */
  private Path maskedModel(Fixture fixture, UnaryOperator<String> names) throws IOException {
    Path masked = Files.createDirectory(folder.resolve("masked"));
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(fixture.folder().resolve(file), masked.resolve(file));
    }
    ObjectNode config = (ObjectNode) fixture.json("config.json");
    config.putArray("architectures").add("BertForMaskedLM");
    config.remove("id2label");
    new ObjectMapper().writeValue(masked.resolve("config.json").toFile(), config);
    try (Weights weights = Safetensors.open(fixture.folder().resolve("model.safetensors"));
        Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new TreeMap<>();
      for (String name : weights.names()) {
        if (!name.startsWith("classifier") && !name.contains("pooler")) {
          tensors.put(names.apply(name), scope.adopt(weights.get(name)));
        }
      }
      tensors.put("cls.predictions.bias", Tensor.zeros(DType.F32, 97));
      SafetensorsWriter.write(masked.resolve("model.safetensors"), tensors);
    }
    return masked;
  }
}
