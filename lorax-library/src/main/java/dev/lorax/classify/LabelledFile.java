package dev.lorax.classify;

import dev.lorax.data.DataException;
import dev.lorax.data.DataFile;
import dev.lorax.data.Fields;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A file of texts and their classes: JSON lines, a JSON array or CSV, gzipped or not, whose samples
 * have {@code text} and {@code label}, or {@code text_a}, {@code text_b} and {@code label}.
 *
 * <p>A label is the name of a class, or its number from 0 where the names are no numbers
 * themselves.
 */
public final class LabelledFile {
  private static final List<String> TEXT = List.of("text");
  private static final List<String> PAIR = List.of("text_a", "text_b");

  private final Path file;
  private final List<List<String>>
      texts; // names of their fields, of which the first that fit count
  private final String label;

  private LabelledFile(Path file, List<List<String>> texts, String label) {
    this.file = file;
    this.texts = texts;
    this.label = label;
  }

  /** A file with the usual names of fields. */
  public static LabelledFile of(Path file) {
    return new LabelledFile(file, List.of(PAIR, TEXT), "label");
  }

  /**
   * The same file, by other names of fields: that of the text, or of both texts, then that of the
   * label.
   *
   * @throws IllegalArgumentException if they are neither two nor three
   */
  public LabelledFile fields(String... names) {
    if (names.length < 2 || names.length > 3) {
      throw new IllegalArgumentException(
          "Labelled texts have a field for the text and one for the label, or two for both texts and one"
              + " for the label, not %s".formatted(Arrays.asList(names)));
    }
    List<String> all = List.of(names);
    int last = all.size() - 1;
    return new LabelledFile(file, List.of(all.subList(0, last)), all.get(last));
  }

  /** The names of the classes; see {@link #labels(List)}. */
  public List<String> labels() {
    return labels(List.of(this));
  }

  /**
   * The names of the classes in files: in the order of their numbers if all are whole numbers, else
   * in that of the alphabet.
   *
   * @throws DataException if a sample has no label, or one that is no class; the message names its
   *     line
   */
  public static List<String> labels(List<LabelledFile> files) {
    Set<String> labels = new TreeSet<>();
    for (LabelledFile one : files) {
      try (DataFile data = one.open()) {
        for (int i = 0; i < data.count(); i++) {
          labels.add(one.label(data, i));
        }
      }
    }
    return areNumbers(labels)
        ? labels.stream().sorted(Comparator.comparingInt(Integer::parseInt)).toList()
        : List.copyOf(labels);
  }

  private static boolean areNumbers(Collection<String> labels) {
    return labels.stream().allMatch(label -> label.matches("\\d{1,9}"));
  }

  /** Whether its first sample has a label. */
  public boolean isLabelled() {
    try (DataFile data = open()) {
      return data.fields(0).get(label) != null;
    }
  }

  /**
   * The texts, whatever labels they have.
   *
   * @throws DataException if a sample lacks a text; the message names its line
   */
  public List<LabelledText> texts() {
    try (DataFile data = open()) {
      return IntStream.range(0, data.count()).mapToObj(sample -> text(data, sample)).toList();
    }
  }

  /**
   * The texts with their classes.
   *
   * @param labels the names of the classes, in the order of their numbers
   * @throws DataException if a sample lacks a field, or its label is no class; the message names
   *     its line
   */
  public List<LabelledText> texts(List<String> labels) {
    try (DataFile data = open()) {
      return IntStream.range(0, data.count())
          .mapToObj(sample -> text(data, sample).as(number(data, sample, labels)))
          .toList();
    }
  }

  private DataFile open() {
    DataException unfit = null;
    for (List<String> names : texts) {
      try {
        return DataFile.open(
            file,
            names.size() == 1
                ? Fields.text(names.get(0))
                : Fields.completion(names.get(0), names.get(1)));
      } catch (DataException other) {
        unfit = other;
      }
    }
    throw unfit;
  }

  /** Of texts and pairs in one file, each sample is what it has the fields of. */
  private LabelledText text(DataFile data, int sample) {
    Set<String> there = data.fields(sample).keySet();
    List<String> names =
        texts.stream().filter(there::containsAll).findFirst().orElse(texts.get(texts.size() - 1));
    String first = field(data, sample, names.get(0));
    return names.size() == 1
        ? LabelledText.of(first)
        : LabelledText.of(first, field(data, sample, names.get(1)));
  }

  /** A number with a fraction is a score, of which every sample may have its own. */
  private String label(DataFile data, int sample) {
    String text = field(data, sample, label);
    Object value = data.fields(sample).get(label);
    if (value instanceof Double || value instanceof BigDecimal) {
      throw new DataException(
          data.file(),
          data.line(sample),
          "the label %s is a number with a fraction, and no class: regression is not supported"
              .formatted(text));
    }
    return text;
  }

  private int number(DataFile data, int sample, List<String> labels) {
    String wanted = label(data, sample);
    if (labels.contains(wanted)) {
      return labels.indexOf(wanted);
    }
    for (int i = 0; i < labels.size() && !areNumbers(labels); i++) {
      if (wanted.equals(String.valueOf(i))) {
        return i;
      }
    }
    throw new DataException(
        data.file(),
        data.line(sample),
        "the label '%s' is no class of the model, which has %s"
            .formatted(wanted, String.join(", ", labels)));
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
