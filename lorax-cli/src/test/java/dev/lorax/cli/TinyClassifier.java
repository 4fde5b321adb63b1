package dev.lorax.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A BERT of 23,000 parameters that chooses calm, breeze or storm, and labelled texts for it. */
final class TinyClassifier {
  static final Path FOLDER =
      Path.of("..", "lorax-library/src/test/resources/golden/classifiers/bert-lora");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> OTHERS = List.of("the", "sea", "wind", "night", "west", "mast");

  private TinyClassifier() {}

  /** Makes the folder {@code encoder} in a folder: the same BERT without pooler and classes. */
  static Path encoder(Path folder) throws IOException {
    return encoder(folder, true);
  }

  static Path encoder(Path folder, boolean withoutPooler) throws IOException {
    Path encoder = Files.createDirectory(folder.resolve("encoder"));
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(FOLDER.resolve(file), encoder.resolve(file));
    }
    ObjectNode config = (ObjectNode) JSON.readTree(FOLDER.resolve("config.json").toFile());
    config.putArray("architectures").add("BertForMaskedLM");
    config.remove(List.of("id2label", "label2id"));
    JSON.writeValue(encoder.resolve("config.json").toFile(), config);
    try (Safetensors stored = Safetensors.open(FOLDER.resolve("model.safetensors"));
        Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new TreeMap<>();
      stored.names().stream()
          .filter(name -> !name.startsWith("classifier"))
          .filter(name -> !(withoutPooler && name.contains("pooler")))
          .forEach(name -> tensors.put(name, scope.adopt(stored.get(name))));
      SafetensorsWriter.write(encoder.resolve("model.safetensors"), tensors);
    }
    return encoder;
  }

  /** Writes texts of words in any order, one of which is their class, under those labels. */
  static Path texts(Path file, int count, long seed, Object... labels) {
    Random random = new Random(seed);
    List<String> words = List.of("calm", "breeze", "storm");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> text = new ArrayList<>(List.of(words.get(i % words.size())));
      for (int j = random.nextInt(4); j >= 0; j--) {
        text.add(OTHERS.get(random.nextInt(OTHERS.size())));
      }
      Collections.shuffle(text, random);
      ObjectNode line = JSON.createObjectNode().put("text", String.join(" ", text));
      lines.add(line.putPOJO("label", labels[i % words.size()]).toString());
    }
    try {
      return Files.write(file, lines);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
