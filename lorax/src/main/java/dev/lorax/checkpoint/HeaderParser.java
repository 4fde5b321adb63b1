package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a safetensors header token by token: no tree, so memory stays near the header's size. */
final class HeaderParser {
  static final String METADATA = "__metadata__";

  private static final int MOST_DIMENSIONS = 64; // libtorch's own limit

  private static final Map<String, DType> TYPES = new LinkedHashMap<>();

  static {
    Arrays.stream(DType.values()).forEach(type -> TYPES.put(type.name(), type));
  }

  /** In the format, but not among the types that Lorax computes with. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "U16",
          "U32",
          "U64",
          "C64",
          "F4",
          "F6_E2M3",
          "F6_E3M2",
          "F8_E8M0",
          "F8_E4M3",
          "F8_E5M2",
          "F8_E4M3FNUZ",
          "F8_E5M2FNUZ");

  // Names are not kept in a shared symbol table: a hostile header could fill it.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  /** One tensor: its bytes are those from {@code begin} up to {@code end} of the data. */
  record Entry(String name, TensorInfo info, long begin, long end) {
    String quoted() {
      return quote(name);
    }
  }

  private final Path file;
  private final JsonParser json;
  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private HeaderParser(Path file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  static HeaderParser parse(Path file, byte[] header) throws IOException {
    try (JsonParser json = JSON.createParser(header)) {
      HeaderParser parser = new HeaderParser(file, json);
      parser.header();
      return parser;
    } catch (JsonProcessingException bad) {
      String what = "its header is not valid JSON (%s): not a safetensors file, or damaged";
      throw new CheckpointException(file, what.formatted(bad.getOriginalMessage()), bad);
    }
  }

  List<Entry> entries() {
    return entries;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void header() throws IOException {
    require(json.nextToken() == JsonToken.START_OBJECT, "its header is not a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      require(names.add(name), "the name %s occurs twice in its header", quote(name));
      json.nextToken();
      if (name.equals(METADATA)) {
        readMetadata();
      } else {
        entries.add(entry(name));
      }
    }
    require(json.nextToken() == null, "its header goes on after the JSON object");
  }

  private void readMetadata() throws IOException {
    require(json.currentToken() == JsonToken.START_OBJECT, METADATA + " is not a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      boolean text = json.nextToken() == JsonToken.VALUE_STRING;
      require(text, METADATA + " has a value that is not a string at %s", quote(key));
      String earlier = metadata.put(key, json.getText());
      require(earlier == null, METADATA + " has the key %s twice", quote(key));
    }
  }

  private Entry entry(String name) throws IOException {
    String quoted = quote(name);
    require(json.currentToken() == JsonToken.START_OBJECT, "tensor %s is not an object", quoted);
    String dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "dtype" -> dtype = once(dtype, json.getText(), name, key);
        case "shape" -> shape = once(shape, numbers(name, key), name, key);
        case "data_offsets" -> offsets = once(offsets, numbers(name, key), name, key);
        default -> json.skipChildren(); // as the reference implementation does
      }
    }
    require(dtype != null, "tensor %s has no dtype", quoted);
    require(shape != null, "tensor %s has no shape", quoted);
    require(offsets != null, "tensor %s has no data_offsets", quoted);
    return checked(name, info(name, dtype, shape), offsets);
  }

  private <T> T once(T earlier, T value, String name, String key) {
    require(earlier == null, "tensor %s has %s twice", quote(name), key);
    return value;
  }

  /** An array of whole numbers, none negative. */
  private long[] numbers(String name, String key) throws IOException {
    String quoted = quote(name);
    boolean array = json.currentToken() == JsonToken.START_ARRAY;
    require(array, "tensor %s: %s is not an array of numbers", quoted, key);
    long[] numbers = new long[4];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      boolean whole = json.currentToken() == JsonToken.VALUE_NUMBER_INT;
      require(whole, "tensor %s: %s holds something else than whole numbers", quoted, key);
      boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      require(fits, "tensor %s: %s holds a number above 2^63", quoted, key);
      long number = json.getLongValue();
      require(number >= 0, "tensor %s: %s holds the negative number %d", quoted, key, number);
      require(count < MOST_DIMENSIONS, "tensor %s: %s has over 64 numbers", quoted, key);
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = number;
    }
    return Arrays.copyOf(numbers, count);
  }

  private TensorInfo info(String name, String dtype, long[] shape) {
    DType type = TYPES.get(dtype);
    if (type == null) {
      String state = UNSUPPORTED.contains(dtype) ? "unsupported" : "unknown";
      String what = "tensor %s has the %s element type %s: convert it to one of %s";
      String known = String.join(", ", TYPES.keySet());
      throw new CheckpointException(file, what.formatted(quote(name), state, quote(dtype), known));
    }
    return new TensorInfo(type, Shape.of(shape));
  }

  private Entry checked(String name, TensorInfo info, long[] offsets) {
    String quoted = quote(name);
    require(offsets.length == 2, "tensor %s has %d data_offsets, not 2", quoted, offsets.length);
    long begin = offsets[0];
    long end = offsets[1];
    require(begin <= end, "tensor %s ends at %d before it begins at %d", quoted, end, begin);
    try {
      long bytes = info.bytes();
      String what = "tensor %s is %s, %d bytes, but its data_offsets span %d";
      require(end - begin == bytes, what, quoted, info, bytes, end - begin);
    } catch (ArithmeticException overflow) {
      throw fault("tensor %s has the impossible shape %s".formatted(quoted, info.shape()));
    }
    return new Entry(name, info, begin, end);
  }

  private void require(boolean condition, String what, Object... arguments) {
    if (!condition) {
      throw fault(what.formatted(arguments));
    }
  }

  private CheckpointException fault(String what) {
    return new CheckpointException(file, what + " (the file is damaged; fetch or write it again)");
  }
}
