package dev.lorax;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import org.bytedeco.javacpp.Pointer;

/**
 * Damaged copies of a JSON file, for its reader: one line that names the folder, or a result, never
 * another exception, a long wait, or much memory.
 */
public final class DamagedJson {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MARK = "<any value>";
  private static final List<String> TOKENS =
      List.of("\"", "{", "}", "[", "]", ",", ":", "\\ud800", "\u0000", "é", "NaN", "1e999", "-");
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "1",
          "-1",
          "3",
          "64",
          "0.5",
          "-0.5",
          "1e-400",
          "1e999",
          "2147483647",
          "1000000000",
          "-2147483648",
          "9223372036854775807",
          "99999999999999999999",
          "\"\"",
          "\"a\"",
          "\"5\"",
          "\"\\ud800\"",
          "\"(\"",
          "[]",
          "[0]",
          "[null]",
          "[[1]]",
          "{}",
          "{\"a\":1}",
          "{\"type\":\"a\"}",
          "[".repeat(500) + "]".repeat(500));

  private final Path file;
  private final String valid;
  private final long mostBytes;
  private final List<Class<?>> told;

  /**
   * Copies of that file in its place.
   *
   * @param mostBytes that reading one may take from the heap
   * @param told how its reader refuses files
   */
  public DamagedJson(Path file, long mostBytes, Class<?>... told) {
    this.file = file;
    this.mostBytes = mostBytes;
    this.told = List.of(told);
    try {
      valid = Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Tries so many copies, and says how many were read. */
  public int read(int copies, Runnable reading) {
    Random random = new Random(1);
    for (String first : List.of("{", valid)) { // loads classes before memory is counted
      write(first);
      isRead(first, Long.MAX_VALUE, reading);
    }
    long pointers = Pointer.totalCount();
    int read = 0;
    for (int i = 0; i < copies; i++) {
      String copy = random.nextInt(3) == 0 ? spliced(random) : changed(random);
      write(copy);
      read += isRead(copy, mostBytes, reading) ? 1 : 0;
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(pointers);
    write(valid);
    return read;
  }

  private boolean isRead(String copy, long most, Runnable reading) {
    long bytes = HeapUse.allocated();
    long start = System.nanoTime();
    boolean read = false;
    try {
      reading.run();
      read = true;
    } catch (RuntimeException | Error refused) {
      if (!told.contains(refused.getClass())) {
        throw new AssertionError("not told as a fault of the file:\n" + copy, refused);
      }
      assertThat(refused.getMessage()).contains(file.getParent().toString()).doesNotContain("\n");
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    assertThat(time).as(copy).isLessThan(LONGEST);
    assertThat(HeapUse.allocated() - bytes).as(copy).isLessThan(most);
    return read;
  }

  private void write(String copy) {
    try {
      Files.write(file, copy.getBytes(StandardCharsets.UTF_8));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A piece of the text replaced. */
  private String spliced(Random random) {
    int from = random.nextInt(valid.length());
    int to = Math.min(valid.length(), from + random.nextInt(8));
    return valid.substring(0, from) + any(TOKENS, random) + valid.substring(to);
  }

  /** A value or two replaced or left out. */
  private String changed(Random random) {
    JsonNode tree = tree();
    for (int changes = random.nextInt(2); changes >= 0; changes--) {
      change(tree, random);
    }
    String text = tree.toString();
    while (text.contains(MARK)) {
      text = text.replaceFirst(MARK, Matcher.quoteReplacement(any(VALUES, random)));
    }
    return text;
  }

  private JsonNode tree() {
    try {
      return JSON.readTree(valid);
    } catch (IOException unforeseen) {
      throw new UncheckedIOException(unforeseen);
    }
  }

  /** Goes down from child to child, as long as chance has it. */
  private static void change(JsonNode place, Random random) {
    List<String> names = new ArrayList<>();
    place.fieldNames().forEachRemaining(names::add);
    if (place instanceof ObjectNode object) {
      String name = any(names, random);
      if (goesOn(object.get(name), random)) {
        change(object.get(name), random);
      } else if (random.nextInt(8) == 0) {
        object.remove(name);
      } else {
        object.putRawValue(name, new RawValue(MARK));
      }
    } else if (place instanceof ArrayNode array) {
      int item = random.nextInt(array.size());
      if (goesOn(array.get(item), random)) {
        change(array.get(item), random);
      } else {
        array.setRawValue(item, new RawValue(MARK));
      }
    }
  }

  private static boolean goesOn(JsonNode child, Random random) {
    return child.isContainerNode() && !child.isEmpty() && random.nextInt(3) > 0;
  }

  private static <T> T any(List<T> choices, Random random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
