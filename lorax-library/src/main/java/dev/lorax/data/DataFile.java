package dev.lorax.data;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The samples of a file, by number.
 *
 * <p>Opening scans the file once for the places of its lines, and looks at the first of them to see
 * what they hold; a sample is parsed when it is asked for. In memory are 4 bytes a line. Blank
 * lines do not count. Any thread may ask.
 */
public final class DataFile implements AutoCloseable {
  private static final int FIRST = 20; // records looked at to recognise a layout

  private final RecordFile records;
  private final Rows rows;
  private final SampleReader reader;
  private final DataFormat format;

  /** The record of sample 0: in CSV the first line holds names. */
  private final int first;

  /**
   * Opens a file and recognises what it holds.
   *
   * @throws DataException if it cannot be read, or nothing in it is recognised
   */
  public static DataFile open(Path file) {
    return open(file, Optional.empty());
  }

  /**
   * Opens a file whose samples have those fields.
   *
   * @throws DataException if it cannot be read, or none of the first samples has them
   */
  public static DataFile open(Path file, Fields fields) {
    return open(file, Optional.of(fields));
  }

  private static DataFile open(Path file, Optional<Fields> fields) {
    Container container = Container.of(file);
    RecordFile records =
        new RecordFile(
            file,
            switch (container) {
              case JSON_LINES -> new Framing.Lines();
              case JSON_ARRAY -> new Framing.Elements();
              case CSV -> new Framing.Rows();
              case PLAIN_TEXT ->
                  throw new DataException(
                      file,
                      "is plain text, one long sample: give JSON lines or CSV, or a text run");
            });
    try {
      return new DataFile(records, container, fields);
    } catch (RuntimeException refused) {
      records.close();
      throw refused;
    }
  }

  private DataFile(RecordFile records, Container container, Optional<Fields> given) {
    this.records = records;
    first = container == Container.CSV ? 1 : 0;
    if (records.count() <= first) {
      throw new DataException(records.file(), "holds no samples: there is nothing to learn from");
    }
    rows =
        switch (container) {
          case CSV -> Rows.csv(names());
          case JSON_ARRAY -> Rows.elements();
          default -> Rows.lines();
        };
    Fields fields = recognised(given);
    reader = new SampleReader(fields);
    format = new DataFormat(container, fields.layout(), records.spooled());
  }

  private List<String> names() {
    try {
      List<String> names = Rows.cells(records.record(0));
      if (new HashSet<>(names).size() < names.size()) {
        throw new Fault(Finding.WRONG_COLUMNS, "names a column twice: " + names);
      }
      return names;
    } catch (Fault fault) {
      throw placed(0, fault);
    }
  }

  /** The layout of the first of the first samples that has one. */
  private Fields recognised(Optional<Fields> given) {
    DataException why = null;
    for (int i = 0; i < Math.min(FIRST, count()); i++) {
      try {
        Map<String, Object> row = rows.row(records.record(first + i));
        Optional<Fields> fields = given.filter(f -> f.fit(row));
        if (given.isEmpty()) {
          fields = Detection.fields(row);
        }
        if (fields.isPresent()) {
          return fields.get();
        }
        throw new Fault(
            Finding.MISSING_FIELD,
            given.isEmpty()
                ? Detection.unknown(row.keySet())
                : "has no %s, only %s".formatted(given.get().required(), row.keySet()));
      } catch (Fault fault) {
        why = why == null ? placed(first + i, fault) : why;
      }
    }
    throw why;
  }

  /** What the file was found to be. */
  public DataFormat format() {
    return format;
  }

  /** Where it is. */
  public Path file() {
    return records.file();
  }

  /** How many samples there are, bad ones included. */
  public int count() {
    return records.count() - first;
  }

  /** How long a sample is in the file, in bytes. */
  public int length(int sample) {
    return (int) Math.min(Integer.MAX_VALUE, records.length(first + sample));
  }

  /** On which line of the file a sample begins, from 1. */
  public long line(int sample) {
    return records.line(first + sample);
  }

  /**
   * One of the samples.
   *
   * @throws DataException if it cannot be used; the message names its line
   */
  public Sample sample(int sample) {
    try {
      return read(sample);
    } catch (Fault fault) {
      throw placed(first + sample, fault);
    }
  }

  /**
   * All fields of a sample by their names in the file, those that no layout knows included.
   *
   * @throws DataException if it cannot be read; the message names its line
   */
  public Map<String, Object> fields(int sample) {
    try {
      return row(sample);
    } catch (Fault fault) {
      throw placed(first + sample, fault);
    }
  }

  Sample read(int sample) {
    return reader.read(row(sample));
  }

  private Map<String, Object> row(int sample) {
    return rows.row(records.record(first + sample));
  }

  /** Reads every sample once and tells what is wrong; takes about 10 seconds a gigabyte. */
  public Findings check() {
    Findings findings = findings();
    for (int i = 0; i < count(); i++) {
      try {
        read(i);
      } catch (Fault fault) {
        findings.add(i, fault.finding(), fault.getMessage());
      }
    }
    return findings;
  }

  Findings findings() {
    return new Findings(count(), this::line);
  }

  private DataException placed(int record, Fault fault) {
    return new DataException(records.file(), records.line(record), fault.getMessage());
  }

  /** Closes the file, and deletes what was unpacked of it. */
  @Override
  public void close() {
    records.close();
  }
}
