package dev.lorax.gguf;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.tensor.Shape;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the first bytes of a GGUF file say, checked against the file's size.
 *
 * <pre>
 * "GGUF", version 3, number of tensors, number of values
 * values           key, kind, value …
 * tensors          name, lengths (innermost first), type, where its data begins …
 * padding, then the tensors' data, each padded
 * </pre>
 *
 * @param metadata values by key
 * @param tensors by name
 * @param offsets where in the file each tensor's data begins
 * @param fileSize the bytes of the whole file
 */
record GgufHeader(
    Map<String, GgufValue> metadata,
    Map<String, GgufTensor> tensors,
    Map<String, Long> offsets,
    long fileSize) {
  static final int MAGIC = 0x46554747; // "GGUF", little-endian
  static final int VERSION = 3;
  static final String ALIGNMENT = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;
  static final int MOST_DIMENSIONS = 4;

  private static final long MOST_ALIGNMENT = 1 << 20;
  private static final int LFS_POINTER = 0x73726576; // "vers"
  private static final int LEAST_VALUE = 8 + 4 + 1;
  private static final int LEAST_TENSOR = 8 + 4 + 4 + 8;

  static GgufHeader read(Path file) {
    if (!Files.exists(file)) {
      throw new CheckpointException(file, "no such file: check the path");
    }
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file, "is not a regular file: name a GGUF file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Reading(new GgufInput(file, channel)).header();
    } catch (IOException failure) {
      throw new CheckpointException(file, "cannot be read (%s)".formatted(failure), failure);
    }
  }

  /** The bytes that a thing takes with the padding after it. */
  static long padded(long bytes, long alignment) {
    return Math.multiplyExact(Math.addExact(bytes, alignment - 1) / alignment, alignment);
  }

  /** One pass over the header. */
  private static final class Reading {
    private final GgufInput input;
    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private final Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new LinkedHashMap<>(); // from the data's beginning

    Reading(GgufInput input) {
      this.input = input;
    }

    GgufHeader header() throws IOException {
      requireVersion();
      int tensorCount = input.count(LEAST_TENSOR, "tensors");
      int valueCount = input.count(LEAST_VALUE, "values");
      for (int i = 0; i < valueCount; i++) {
        value();
      }
      for (int i = 0; i < tensorCount; i++) {
        tensor();
      }
      place(alignment());
      return new GgufHeader(
          Collections.unmodifiableMap(metadata),
          Collections.unmodifiableMap(tensors),
          offsets,
          input.size());
    }

    private void requireVersion() throws IOException {
      int magic = input.int32("the first four letters");
      if (magic == LFS_POINTER) {
        throw input.fault("is a Git LFS pointer, not the file: run 'git lfs pull' in its folder");
      }
      if (magic != MAGIC) {
        throw input.fault("does not begin with GGUF: not a GGUF file");
      }
      int version = input.int32("the version");
      if ((version & 0xffff) == 0) {
        throw input.fault("is a big-endian GGUF file, which is not supported: convert it anew");
      }
      if (version != VERSION && version != 2) { // which differ in nothing but the order of bytes
        throw input.fault(
            "has GGUF version %s, but 2 and 3 are read: convert it anew with a newer llama.cpp"
                .formatted(Integer.toUnsignedString(version)));
      }
    }

    private void value() throws IOException {
      String key = input.text("a key");
      String what = "value " + quote(key);
      GgufValue.Kind kind = kind(what);
      Object value =
          kind == GgufValue.Kind.ARRAY
              ? input.values(kind = kind(what), what)
              : input.value(kind, what);
      if (metadata.put(key, new GgufValue(kind, value)) != null) {
        throw input.fault(what + " is there twice: the file is damaged; write it again");
      }
    }

    private GgufValue.Kind kind(String what) throws IOException {
      int number = input.int32("the kind of " + what);
      GgufValue.Kind[] kinds = GgufValue.Kind.values();
      if (number < 0 || number >= kinds.length) {
        throw input.fault(
            "%s has the unknown kind %s: the file is damaged; fetch it again"
                .formatted(what, Integer.toUnsignedString(number)));
      }
      return kinds[number];
    }

    private void tensor() throws IOException {
      String name = input.text("a tensor's name");
      String what = "tensor " + quote(name);
      Shape shape = shape(what);
      int number = input.int32("the type of " + what);
      GgufType type = GgufType.of(number).orElseThrow(() -> input.fault(unread(what, number)));
      if (!type.fits(shape)) {
        throw input.fault(
            "%s is %s%s, whose rows are no whole blocks of %d: the file is damaged"
                .formatted(what, type, shape, type.block()));
      }
      if (tensors.put(name, new GgufTensor(type, shape)) != null) {
        throw input.fault(what + " is there twice: the file is damaged; write it again");
      }
      offsets.put(name, input.int64("the place of " + what));
    }

    private static String unread(String what, int number) {
      return "%s has type %s, but only %s are read: convert the model to one of these"
          .formatted(what, GgufType.name(number), GgufType.known());
    }

    private Shape shape(String what) throws IOException {
      int dimensions = input.int32("the shape of " + what);
      if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
        throw input.fault(
            "%s has %s dimensions, more than %d: the file is damaged; fetch it again"
                .formatted(what, Integer.toUnsignedString(dimensions), MOST_DIMENSIONS));
      }
      long[] lengths = new long[dimensions];
      long size = 1;
      for (int i = dimensions - 1; i >= 0; i--) {
        lengths[i] = input.int64("the shape of " + what);
        // No number takes less than a byte, so no product can exceed the file and overflow.
        if (lengths[i] < 0 || size > 0 && lengths[i] > input.size() / size) {
          throw input.fault(
              what + " is larger than the file: the download was cut; fetch it again");
        }
        size *= lengths[i];
      }
      return Shape.of(lengths);
    }

    private long alignment() {
      GgufValue value = metadata.get(ALIGNMENT);
      if (value == null) {
        return DEFAULT_ALIGNMENT;
      }
      if (value.value() instanceof Long number
          && number <= MOST_ALIGNMENT
          && Long.bitCount(number) == 1) {
        return number;
      }
      throw input.fault(
          "%s is %s, but must be a power of 2 up to %d: the file is damaged"
              .formatted(ALIGNMENT, value, MOST_ALIGNMENT));
    }

    /** Tensors must lie one after another, as llama.cpp demands too. */
    private void place(long alignment) throws IOException {
      long start = padded(input.position(), alignment);
      long next = 0;
      for (Map.Entry<String, GgufTensor> entry : tensors.entrySet()) {
        String what = "tensor " + quote(entry.getKey());
        long offset = offsets.get(entry.getKey());
        if (offset != next) {
          throw input.fault(
              "%s begins at byte %s of the data instead of %d: the file is damaged; write it again"
                  .formatted(what, Long.toUnsignedString(offset), next));
        }
        GgufTensor tensor = entry.getValue();
        long end = Math.addExact(start + offset, tensor.type().bytes(tensor.shape()));
        if (end > input.size()) {
          throw input.fault(
              "ends %d bytes before the end of %s: the download was cut; fetch it again"
                  .formatted(end - input.size(), what));
        }
        offsets.put(entry.getKey(), start + offset);
        next = padded(end - start, alignment);
      }
    }
  }
}
