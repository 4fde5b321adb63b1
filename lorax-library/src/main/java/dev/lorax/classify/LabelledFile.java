package dev.lorax.classify;

import dev.lorax.data.DataException;
import dev.lorax.data.DataFile;
import dev.lorax.data.Fields;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

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
   * The names of the classes in files: in the order of their numbers if all are whole numbers, else
   * in that of the alphabet.
   *
   * @throws DataException if a sample has no label, or one that is no class; the message names its
   *     line
   */
  public static List<String> labels(Path... files) {
    Set<String> labels = new TreeSet<>();
    for (Path file : files) {
      try (DataFile data = open(file)) {
        for (int i = 0; i < data.count(); i++) {
          labels.add(label(data, i));
        }
      }
    }
    return labels.stream().allMatch(label -> label.matches("\\d{1,9}"))
        ? labels.stream().sorted(Comparator.comparingInt(Integer::parseInt)).toList()
        : List.copyOf(labels);
  }

  /** Whether the first sample of a file has a label. */
  public static boolean isLabelled(Path file) {
    try (DataFile data = open(file)) {
      return data.fields(0).get(LABEL) != null;
    }
  }

  /**
   * The texts of a file, whatever labels they have.
   *
   * @throws DataException if a sample lacks a text; the message names its line
   */
  public static List<LabelledText> texts(Path file) {
    try (DataFile data = open(file)) {
      return IntStream.range(0, data.count()).mapToObj(sample -> text(data, sample)).toList();
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
      return IntStream.range(0, data.count())
          .mapToObj(sample -> text(data, sample).as(number(data, sample, labels)))
          .toList();
    }
  }

  private static DataFile open(Path file) {
    try {
      return DataFile.open(file, Fields.completion("text_a", "text_b"));
    } catch (DataException noPair) {
      return DataFile.open(file, Fields.text("text"));
    }
  }

  private static LabelledText text(DataFile data, int sample) {
    return data.fields(sample).containsKey("text_b")
        ? LabelledText.of(field(data, sample, "text_a"), field(data, sample, "text_b"))
        : LabelledText.of(field(data, sample, "text"));
  }

  /** A number with a fraction is a score, of which every sample may have its own. */
  private static String label(DataFile data, int sample) {
    String label = field(data, sample, LABEL);
    Object value = data.fields(sample).get(LABEL);
    if (value instanceof Double || value instanceof BigDecimal) {
      throw new DataException(
          data.file(),
          data.line(sample),
          "the label %s is a number with a fraction, and no class: regression is not supported"
              .formatted(label));
    }
    return label;
  }

  private static int number(DataFile data, int sample, List<String> labels) {
    String label = label(data, sample);
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
