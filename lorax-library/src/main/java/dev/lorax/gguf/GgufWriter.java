package dev.lorax.gguf;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes GGUF files, version 3, little-endian.
 *
 * <p>Tensors are made one at a time and go to the disk in blocks of rows, converted on the way, so
 * that a model is never held twice. Files appear at once ({@link AtomicFile}).
 */
public final class GgufWriter {
  private static final int LONGEST_NAME = 63; // in llama.cpp
  private static final float LARGEST_F16 = 65504;
  private static final long BLOCK = 4L << 20; // numbers

  private final Path file;
  private final FileChannel channel;
  private final long block;

  GgufWriter(Path file, FileChannel channel, long block) {
    this.file = file;
    this.channel = channel;
    this.block = block;
  }

  /**
   * Writes metadata and tensors, in the order of the maps.
   *
   * @param layout types and shapes, which tell the whole file's size before the first tensor
   * @param source asked for each tensor once, inside a scope of its own: what it makes there is
   *     freed before the next. Its element type does not matter
   * @throws CheckpointException if the file cannot be written, or a number has no place in its type
   *     (float16 ends at 65504)
   * @throws IllegalStateException if a tensor has another shape than the layout says
   */
  public static void write(
      Path file,
      Map<String, GgufValue> metadata,
      Map<String, GgufTensor> layout,
      Function<String, Tensor> source) {
    layout.forEach((name, tensor) -> check(file, name, tensor));
    if (metadata.containsKey(GgufHeader.ALIGNMENT)) {
      throw new IllegalArgumentException("The alignment of tensors is not the caller's to choose");
    }
    ByteBuffer header = GgufOutput.header(metadata, layout);
    long size = header.remaining();
    for (GgufTensor tensor : layout.values()) {
      size = Math.addExact(size, GgufOutput.padded(tensor));
    }
    AtomicFile.write(
        file,
        size,
        channel -> {
          AtomicFile.writeFully(channel, header);
          GgufWriter writer = new GgufWriter(file, channel, BLOCK);
          for (Map.Entry<String, GgufTensor> entry : layout.entrySet()) {
            writer.write(entry.getKey(), entry.getValue(), source);
          }
        });
  }

  private static void check(Path file, String name, GgufTensor tensor) {
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      String what = "the name of tensor %s is longer than %d bytes, which llama.cpp does not read";
      throw new CheckpointException(file, what.formatted(quote(name), LONGEST_NAME));
    }
    if (!tensor.type().fits(tensor.shape())) {
      throw new IllegalArgumentException(
          "Tensor %s of shape %s has rows that are no whole blocks of %d, as %s wants them"
              .formatted(name, tensor.shape(), tensor.type().block(), tensor.type()));
    }
  }

  private void write(String name, GgufTensor wanted, Function<String, Tensor> source)
      throws IOException {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor tensor = source.apply(name);
      if (!tensor.shape().equals(wanted.shape())) {
        throw new IllegalStateException(
            "Tensor %s is %s instead of %s".formatted(quote(name), tensor, wanted));
      }
      if (tensor.shape().size() > 0) {
        rows(tensor, wanted.type());
      }
      long bytes = wanted.type().bytes(wanted.shape());
      AtomicFile.writeFully(
          channel, ByteBuffer.allocate((int) (GgufOutput.padded(wanted) - bytes)));
    } catch (ArithmeticException unfit) {
      String what = "tensor %s cannot be written as %s: %s; write it as bf16 or f32";
      throw new CheckpointException(
          file, what.formatted(quote(name), wanted.type(), unfit.getMessage()), unfit);
    }
  }

  /** Writes as many rows at a time as have a block's numbers, or one. */
  void rows(Tensor tensor, GgufType type) throws IOException {
    long rows = tensor.shape().rank() < 2 ? 1 : tensor.size(0);
    long step = Math.max(1, block / Math.max(1, tensor.shape().size() / rows));
    for (long row = 0; row < rows; row += step) {
      try (Scope scope = new Scope()) {
        Tensor part = rows == 1 ? tensor : tensor.narrow(0, row, Math.min(step, rows - row));
        AtomicFile.writeFully(channel, content(part, type));
      }
    }
  }

  private static ByteBuffer content(Tensor part, GgufType type) {
    if (type == GgufType.Q8_0) {
      return Q8Blocks.of(part.toFloats());
    }
    if (type == GgufType.F16) {
      double largest = part.abs().max().item();
      if (!(largest <= LARGEST_F16)) {
        throw new ArithmeticException("it holds " + largest);
      }
    }
    return part.to(type.dtype()).contiguous().bytes();
  }
}
