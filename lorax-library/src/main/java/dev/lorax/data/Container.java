package dev.lorax.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** How a file holds its samples. */
public enum Container {
  /** One long text, no samples. */
  PLAIN_TEXT("plain text"),
  /** A JSON object on each line. */
  JSON_LINES("JSON lines"),
  /** One JSON array of objects. */
  JSON_ARRAY("a JSON array"),
  /** Comma-separated values under a line of names. */
  CSV("CSV");

  private static final int HEAD = 4096;

  private final String phrase;

  Container(String phrase) {
    this.phrase = phrase;
  }

  /**
   * Looks at a file's name and its first bytes; gzip is looked into.
   *
   * @throws DataException if it cannot be read, or is of a kind that is not understood
   */
  public static Container of(Path file) {
    try (InputStream in = unpacked(file)) {
      return of(file, in.readNBytes(HEAD));
    } catch (IOException failed) {
      throw unreadable(file, failed);
    }
  }

  private static Container of(Path file, byte[] head) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    String start = new String(head, StandardCharsets.ISO_8859_1);
    refuse(file, start);
    String text = start.replaceFirst("^\u00EF\u00BB\u00BF", "").stripLeading();
    if (name.endsWith(".txt") || name.endsWith(".md")) {
      return PLAIN_TEXT;
    }
    if (name.endsWith(".csv")) {
      return CSV;
    }
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson") || text.startsWith("{")) {
      return JSON_LINES;
    }
    return name.endsWith(".json") || text.startsWith("[{") ? JSON_ARRAY : PLAIN_TEXT;
  }

  private static void refuse(Path file, String start) {
    String kind =
        start.startsWith("PAR1")
            ? "a Parquet file"
            : start.startsWith("(\u00B5/\u00FD")
                ? "packed with zstd"
                : start.startsWith("PK\u0003\u0004")
                    ? "a zip file"
                    : start.startsWith("\u00FF\u00FE") || start.startsWith("\u00FE\u00FF")
                        ? "in UTF-16"
                        : null;
    if (kind != null) {
      throw new DataException(file, "is " + kind + ": write it as JSON lines in UTF-8");
    }
  }

  static boolean gzipped(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] magic = in.readNBytes(2);
      return magic.length == 2 && magic[0] == 0x1F && magic[1] == (byte) 0x8B;
    } catch (IOException failed) {
      throw unreadable(file, failed);
    }
  }

  /**
   * The bytes of a file, unpacked if they are gzipped; the caller closes it.
   *
   * @throws DataException if it cannot be opened
   */
  public static InputStream unpacked(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    return gzipped(file) ? new GZIPInputStream(in, 1 << 16) : in;
  }

  static DataException unreadable(Path file, IOException failed) {
    if (Files.isDirectory(file)) {
      return new DataException(file, "is a folder: name a file in it", failed);
    }
    if (!Files.exists(file)) {
      return new DataException(file, "no such file", failed);
    }
    return new DataException(file, "cannot be read (" + failed.getMessage() + ")", failed);
  }

  /** For a message, as in "JSON lines". */
  @Override
  public String toString() {
    return phrase;
  }
}
