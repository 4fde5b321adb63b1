package dev.lorax.classify;

import dev.lorax.data.DataException;
import dev.lorax.data.DataFile;
import dev.lorax.data.Fields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Files of texts and their classes: JSON lines, a JSON array or CSV, gzipped or not, whose samples
 * have {@code text} and {@code label}, or {@code text_a}, {@code text_b} and {@code label}.
 *
 * <p>A label is the name of a class, or its number from 0.
 */
public final class LabelledFile {
  private static final String LABEL = "label";

  private LabelledFile() {}

  /**
   * The names of the classes in a file, in alphabetical order.
   *
   * @throws DataException if a sample has no label; the message names its line
   */
  public static List<String> labels(Path file) {
    try (DataFile data = open(file)) {
      TreeSet<String> labels = new TreeSet<>();
      for (int i = 0; i < data.count(); i++) {
        labels.add(field(data, i, LABEL));
      }
      return List.copyOf(labels);
    }
  }

  /**
   * All samples of a file.
   *
   * @param labels the names of the classes, in the order of their numbers
   * @throws DataException if a sample lacks a field, or its label is no class; the message names
   *     its line
   */
  public static List<LabelledText> read(Path file, List<String> labels) {
    try (DataFile data = open(file)) {
      List<LabelledText> texts = new ArrayList<>();
      for (int i = 0; i < data.count(); i++) {
        texts.add(text(data, i, labels));
      }
      return texts;
    }
  }

  private static DataFile open(Path file) {
    try {
      return DataFile.open(file, Fields.completion("text_a", "text_b"));
    } catch (DataException noPair) {
      return DataFile.open(file, Fields.text("text"));
    }
  }

  private static LabelledText text(DataFile data, int sample, List<String> labels) {
    int label = number(data, sample, labels);
    return data.fields(sample).containsKey("text_b")
        ? new LabelledText(
            field(data, sample, "text_a"), Optional.of(field(data, sample, "text_b")), label)
        : LabelledText.of(field(data, sample, "text"), label);
  }

  private static int number(DataFile data, int sample, List<String> labels) {
    String label = field(data, sample, LABEL);
    if (labels.contains(label)) {
      return labels.indexOf(label);
    }
    for (int i = 0; i < labels.size(); i++) {
      if (label.equals(String.valueOf(i))) {
        return i;
      }
    }
    throw new DataException(
        data.file(),
        data.line(sample),
        "the label '%s' is no class of the model, which has %s"
            .formatted(label, String.join(", ", labels)));
  }

  private static String field(DataFile data, int sample, String name) {
    Map<String, Object> fields = data.fields(sample);
    Object value = fields.get(name);
    if (value == null || value instanceof List || value instanceof Map) {
      throw new DataException(
          data.file(),
          data.line(sample),
          value == null
              ? "has no field '%s', only %s".formatted(name, fields.keySet())
              : "the field '%s' is neither a text nor a number".formatted(name));
    }
    return value.toString();
  }
}
