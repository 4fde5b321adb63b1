package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes safetensors files, byte for byte those of Hugging Face's own library.
 *
 * <p>Tensors go to the disk in blocks of rows, so that views that are not contiguous, and tensors
 * of any size, need no second copy in memory. Files appear at once ({@link AtomicFile}).
 */
public final class SafetensorsWriter {
  /** What Hugging Face's libraries write beside tensors, and some of its readers insist on. */
  public static final Map<String, String> FORMAT = Map.of("format", "pt");

  /** The reference implementation's order of element types. */
  private static final List<DType> ORDER =
      List.of(
          DType.I64,
          DType.F64,
          DType.F32,
          DType.I32,
          DType.BF16,
          DType.F16,
          DType.I16,
          DType.I8,
          DType.U8,
          DType.BOOL);

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .build();

  private static final long BLOCK = 64L << 20;

  private final FileChannel channel;
  private final long block;

  SafetensorsWriter(FileChannel channel, long block) {
    this.channel = channel;
    this.block = block;
  }

  /** Writes tensors with the usual metadata, {@code format} = {@code pt}. */
  public static void write(Path file, Map<String, Tensor> tensors) {
    write(file, tensors, FORMAT);
  }

  /**
   * Writes tensors and metadata; the order of the maps does not matter.
   *
   * @throws CheckpointException if the file cannot be written
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    Map<String, TensorInfo> layout = new TreeMap<>();
    tensors.forEach((name, tensor) -> layout.put(name, TensorInfo.of(tensor)));
    write(file, layout, tensors::get, metadata);
  }

  /**
   * Writes tensors that are made one at a time, such as merged weights.
   *
   * <p>The source is asked for each name of the layout once, inside a scope of its own: what it
   * makes there is freed before the next; what it hands out from elsewhere is left alone.
   *
   * @throws CheckpointException if the file cannot be written
   * @throws IllegalStateException if a tensor is not what the layout says
   */
  public static void write(
      Path file,
      Map<String, TensorInfo> layout,
      Function<String, Tensor> source,
      Map<String, String> metadata) {
    List<Map.Entry<String, TensorInfo>> order = inOrder(file, layout);
    ByteBuffer header = header(file, order, metadata);
    long size = header.remaining();
    for (TensorInfo info : layout.values()) {
      size = Math.addExact(size, info.bytes());
    }
    AtomicFile.write(
        file,
        size,
        channel -> {
          AtomicFile.writeFully(channel, header);
          SafetensorsWriter writer = new SafetensorsWriter(channel, BLOCK);
          for (Map.Entry<String, TensorInfo> entry : order) {
            writer.write(entry.getKey(), entry.getValue(), source);
          }
        });
  }

  private static List<Map.Entry<String, TensorInfo>> inOrder(
      Path file, Map<String, TensorInfo> layout) {
    layout.keySet().forEach(name -> requireText(file, name));
    if (layout.containsKey(HeaderParser.METADATA)) {
      throw new CheckpointException(file, "no tensor can be named " + HeaderParser.METADATA);
    }
    List<Map.Entry<String, TensorInfo>> order = new ArrayList<>(layout.entrySet());
    order.sort(
        Comparator.comparing(
                (Map.Entry<String, TensorInfo> e) -> ORDER.indexOf(e.getValue().dtype()))
            .thenComparing(
                e -> e.getKey().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
    return order;
  }

  /** Half a surrogate pair has no bytes in UTF-8: two names could become one. */
  private static void requireText(Path file, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new CheckpointException(file, "cannot hold a text that is no Unicode: " + quote(text));
    }
  }

  private static ByteBuffer header(
      Path file, List<Map.Entry<String, TensorInfo>> order, Map<String, String> metadata) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(json)) {
      generator.writeStartObject();
      if (!metadata.isEmpty()) {
        generator.writeObjectFieldStart(HeaderParser.METADATA);
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          requireText(file, entry.getKey());
          requireText(file, entry.getValue());
          generator.writeStringField(entry.getKey(), entry.getValue());
        }
        generator.writeEndObject();
      }
      long begin = 0;
      for (Map.Entry<String, TensorInfo> entry : order) {
        generator.writeFieldName(entry.getKey());
        begin = tensor(generator, entry.getValue(), begin);
      }
      generator.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return padded(json.toByteArray());
  }

  private static long tensor(JsonGenerator generator, TensorInfo info, long begin)
      throws IOException {
    long end = Math.addExact(begin, info.bytes());
    long[] shape = info.shape().toArray();
    generator.writeStartObject();
    generator.writeStringField("dtype", info.dtype().name());
    generator.writeFieldName("shape");
    generator.writeArray(shape, 0, shape.length);
    generator.writeFieldName("data_offsets");
    generator.writeArray(new long[] {begin, end}, 0, 2);
    generator.writeEndObject();
    return end;
  }

  /** Length, JSON, and spaces up to a multiple of 8, so that the tensors are aligned. */
  private static ByteBuffer padded(byte[] json) {
    int length = (json.length + 7) / 8 * 8;
    byte[] spaces = " ".repeat(length - json.length).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(SafetensorsHeader.PREFIX + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(json)
        .put(spaces)
        .flip();
  }

  private void write(String name, TensorInfo wanted, Function<String, Tensor> source)
      throws IOException {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor tensor = source.apply(name);
      if (!TensorInfo.of(tensor).equals(wanted)) {
        throw new IllegalStateException(
            "Tensor %s is %s instead of %s".formatted(quote(name), tensor, wanted));
      }
      if (wanted.bytes() > 0) {
        rows(tensor);
      }
    }
  }

  /** Writes as many rows at a time as fit a block; a row larger than that is cut again. */
  void rows(Tensor tensor) throws IOException {
    long bytes = TensorInfo.of(tensor).bytes();
    if (bytes <= block || tensor.shape().rank() == 0) {
      AtomicFile.writeFully(channel, tensor.contiguous().bytes());
      return;
    }
    long rows = tensor.size(0);
    long step = Math.max(1, block / (bytes / rows));
    long[] lengths = tensor.shape().toArray();
    for (long row = 0; row < rows; row += step) {
      try (Scope scope = new Scope()) {
        Tensor part = tensor.narrow(0, row, Math.min(step, rows - row));
        rows(step > 1 ? part : part.view(Arrays.copyOfRange(lengths, 1, lengths.length)));
      }
    }
  }
}
