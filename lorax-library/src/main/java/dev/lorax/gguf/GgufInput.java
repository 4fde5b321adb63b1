package dev.lorax.gguf;

import dev.lorax.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads a file from its first byte on; allocates nothing that the rest of the file cannot fill. */
final class GgufInput {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer buffer;

  GgufInput(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
    this.buffer = ByteBuffer.allocate((int) Math.min(BUFFER, size)).order(ByteOrder.LITTLE_ENDIAN);
    buffer.limit(0);
  }

  /** The bytes of the whole file. */
  long size() {
    return size;
  }

  /** Where it reads next. */
  long position() throws IOException {
    return channel.position() - buffer.remaining();
  }

  CheckpointException fault(String what) {
    return new CheckpointException(file, what);
  }

  int int32(String what) throws IOException {
    return fixed(Integer.BYTES, what).getInt();
  }

  long int64(String what) throws IOException {
    return fixed(Long.BYTES, what).getLong();
  }

  /** A count of things that take at least so many bytes each. */
  int count(int least, String what) throws IOException {
    long count = int64("the number of " + what);
    long left = size - position();
    if (count < 0 || count > left / least || count > Integer.MAX_VALUE - 8) {
      throw fault(
          "announces %s %s, but only %d bytes follow: the file is damaged or cut; fetch it again"
              .formatted(Long.toUnsignedString(count), what, left));
    }
    return (int) count;
  }

  String text(String what) throws IOException {
    byte[] bytes = new byte[count(1, "bytes of " + what)];
    for (int done = 0; done < bytes.length; ) {
      int step = Math.min(bytes.length - done, buffer.capacity());
      fixed(step, what).get(bytes, done, step);
      done += step;
    }
    return bytes.length == 0 ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** A single value. */
  Object value(GgufValue.Kind kind, String what) throws IOException {
    return switch (kind) {
      case F32 -> fixed(4, what).getFloat();
      case F64 -> fixed(8, what).getDouble();
      case BOOL -> fixed(1, what).get() != 0;
      case TEXT -> text(what);
      default -> whole(kind, what);
    };
  }

  private long whole(GgufValue.Kind kind, String what) throws IOException {
    return switch (kind) {
      case U8 -> Byte.toUnsignedInt(fixed(1, what).get());
      case I8 -> fixed(1, what).get();
      case U16 -> Short.toUnsignedInt(fixed(2, what).getShort());
      case I16 -> fixed(2, what).getShort();
      case U32 -> Integer.toUnsignedLong(int32(what));
      case I32 -> int32(what);
      case U64, I64 -> int64(what);
      default -> throw new IllegalArgumentException(kind + " is no whole number");
    };
  }

  /** Many values of one kind. */
  Object values(GgufValue.Kind kind, String what) throws IOException {
    if (kind == GgufValue.Kind.ARRAY) {
      throw fault(what + " is an array of arrays, which llama.cpp does not read either");
    }
    int count = count(kind.least(), "values of " + what);
    switch (kind) {
      case F32 -> {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
          values[i] = fixed(4, what).getFloat();
        }
        return values;
      }
      case F64 -> {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
          values[i] = fixed(8, what).getDouble();
        }
        return values;
      }
      case BOOL -> {
        boolean[] values = new boolean[count];
        for (int i = 0; i < count; i++) {
          values[i] = fixed(1, what).get() != 0;
        }
        return values;
      }
      case TEXT -> {
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
          values[i] = text(what);
        }
        return List.of(values);
      }
      default -> {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
          values[i] = whole(kind, what);
        }
        return values;
      }
    }
  }

  /** The buffer with at least so many bytes. */
  private ByteBuffer fixed(int bytes, String what) throws IOException {
    if (buffer.remaining() < bytes) {
      buffer.compact();
      while (buffer.position() < bytes && channel.read(buffer) > 0) {
        // until there are enough
      }
      buffer.flip();
      if (buffer.remaining() < bytes) {
        throw fault(
            "ends in the middle of %s: the download was cut; fetch it again".formatted(what));
      }
    }
    return buffer;
  }
}
