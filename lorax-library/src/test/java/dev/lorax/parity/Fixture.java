package dev.lorax.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A folder made by transformers and PEFT: a tiny checkpoint, an adapter, and what they compute. */
public record Fixture(Path folder) {
  private static final Path HERE = Path.of("src/test/resources/golden");

  /** The fixtures of the repository. */
  public static List<Fixture> all() {
    return in(HERE);
  }

  /** Those of encoders with a head that chooses a class. */
  public static List<Fixture> classifiers() {
    return in(HERE.resolve("classifiers"));
  }

  /** A fixture of the repository. */
  public static Fixture named(String name) {
    return new Fixture(HERE.resolve(name));
  }

  /** The fixtures in a folder, in the order of their names. */
  public static List<Fixture> in(Path root) {
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("expected.json")))
          .sorted()
          .map(Fixture::new)
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The folder's name. */
  public String name() {
    return folder.getFileName().toString();
  }

  /** Numbers and tokens. */
  public JsonNode expected() {
    return json("expected.json");
  }

  /** A JSON file of the folder. */
  public JsonNode json(String file) {
    try {
      return new ObjectMapper().readTree(folder.resolve(file).toFile());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Token ids or labels of a batch. */
  public List<int[]> rows(String field) {
    return rows(json("input_ids.json").get(field));
  }

  /** Token ids of a JSON array. */
  public static List<int[]> rows(JsonNode array) {
    List<int[]> rows = new ArrayList<>();
    array.forEach(row -> rows.add(row(row)));
    return rows;
  }

  /** Whole numbers of a JSON array. */
  public static int[] row(JsonNode array) {
    int[] numbers = new int[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).intValue();
    }
    return numbers;
  }

  /** Tensors that transformers and PEFT computed. */
  public Weights values() {
    return Safetensors.open(folder.resolve("expected.safetensors"));
  }
}
