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
  private String tensor; // the name whose entry is being read

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
      tensor = json.currentName();
      if (!names.add(tensor)) {
        throw fault("the name %s occurs twice in its header".formatted(quote(tensor)));
      }
      json.nextToken();
      if (tensor.equals(METADATA)) {
        readMetadata();
      } else {
        entries.add(entry());
      }
    }
    require(json.nextToken() == null, "its header goes on after the JSON object");
  }

  private void readMetadata() throws IOException {
    require(json.currentToken() == JsonToken.START_OBJECT, METADATA + " is not a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw fault(METADATA + " has a value that is not a string at " + quote(key));
      }
      if (metadata.put(key, json.getText()) != null) {
        throw fault(METADATA + " has twice the key " + quote(key));
      }
    }
  }

  private Entry entry() throws IOException {
    requireTensor(json.currentToken() == JsonToken.START_OBJECT, "is not an object");
    String dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "dtype" -> {
          requireTensor(dtype == null, "has dtype twice");
          dtype = json.getText();
        }
        case "shape" -> {
          requireTensor(shape == null, "has shape twice");
          shape = numbers(key);
        }
        case "data_offsets" -> {
          requireTensor(offsets == null, "has data_offsets twice");
          offsets = numbers(key);
        }
        default -> json.skipChildren(); // as the reference implementation does
      }
    }
    requireTensor(dtype != null, "has no dtype");
    requireTensor(shape != null, "has no shape");
    requireTensor(offsets != null && offsets.length == 2, "has no pair of data_offsets");
    return entry(info(dtype, shape), offsets[0], offsets[1]);
  }

  private long[] numbers(String key) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw tensorFault("has a " + key + " that is not an array of numbers");
    }
    long[] numbers = new long[2];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (count == MOST_DIMENSIONS) {
        throw tensorFault("has a " + key + " of over 64 numbers");
      }
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = number(key);
    }
    return count == numbers.length ? numbers : Arrays.copyOf(numbers, count);
  }

  private long number(String key) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw tensorFault("has a " + key + " that holds something else than whole numbers");
    }
    if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw tensorFault("has a " + key + " that holds a number beyond 64 bits");
    }
    long number = json.getLongValue();
    if (number < 0) {
      throw tensorFault("has a " + key + " that holds the negative number " + number);
    }
    return number;
  }

  private TensorInfo info(String dtype, long[] shape) {
    DType type = TYPES.get(dtype);
    if (type == null) {
      String state = UNSUPPORTED.contains(dtype) ? "unsupported" : "unknown";
      String what = "tensor %s has the %s element type %s: convert it to one of %s";
      String known = String.join(", ", TYPES.keySet());
      throw new CheckpointException(
          file, what.formatted(quote(tensor), state, quote(dtype), known));
    }
    return new TensorInfo(type, Shape.of(shape));
  }

  private Entry entry(TensorInfo info, long begin, long end) {
    if (begin > end) {
      throw tensorFault("ends at %d before it begins at %d".formatted(end, begin));
    }
    try {
      if (end - begin != info.bytes()) {
        String what = "is %s, %d bytes, but its data_offsets span %d";
        throw tensorFault(what.formatted(info, info.bytes(), end - begin));
      }
    } catch (ArithmeticException overflow) {
      throw tensorFault("has the impossible shape " + info.shape());
    }
    return new Entry(tensor, info, begin, end);
  }

  // Messages are put together only where they are thrown: a header has many thousand entries.

  private void require(boolean condition, String what) {
    if (!condition) {
      throw fault(what);
    }
  }

  private void requireTensor(boolean condition, String what) {
    if (!condition) {
      throw tensorFault(what);
    }
  }

  private CheckpointException tensorFault(String what) {
    return fault("tensor " + quote(tensor) + " " + what);
  }

  private CheckpointException fault(String what) {
    return new CheckpointException(file, what + " (the file is damaged; fetch or write it again)");
  }
}
