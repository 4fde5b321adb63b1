package dev.lorax.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes zip files byte by byte, right ones and wrong ones. */
final class ZipBytes {
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final ByteArrayOutputStream table = new ByteArrayOutputStream();

  ZipBytes stored(String name, byte[] content) {
    return entry(name, 0, content, content.length);
  }

  /** An entry of any method and announced size. */
  ZipBytes entry(String name, int method, byte[] content, int size) {
    int header = file.size();
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer local = little(30).putInt(0x04034b50).putInt(20).putShort(8, (short) method);
    file.writeBytes(
        local
            .putInt(18, content.length)
            .putInt(22, size)
            .putShort(26, (short) text.length)
            .array());
    file.writeBytes(text);
    file.writeBytes(content);
    return pointer(name, method, content.length, size, header);
  }

  /** A line of the table of contents alone. */
  ZipBytes pointer(String name, int method, int packed, int size, int header) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer line = little(46).putInt(0x02014b50).putShort(10, (short) method);
    line.putInt(20, packed).putInt(24, size).putShort(28, (short) text.length).putInt(42, header);
    table.writeBytes(line.array());
    table.writeBytes(text);
    return this;
  }

  /** An entry whose numbers stand in 64 bits behind its name, as those beyond 4 GiB must. */
  ZipBytes large(String name, byte[] content) {
    int header = file.size();
    entry(name, 0, content, content.length);
    byte[] whole = table.toByteArray();
    int line = whole.length - 46 - name.length();
    ByteBuffer end = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    end.putInt(line + 20, -1).putInt(line + 24, -1).putShort(line + 30, (short) 34);
    end.putInt(line + 42, -1);
    ByteBuffer extra = little(34).putShort((short) 0x4246).putShort((short) 2).putShort((short) 0);
    extra.putShort((short) 1).putShort((short) 24);
    extra.putLong(content.length).putLong(content.length).putLong(header);
    table.reset();
    table.writeBytes(whole);
    table.writeBytes(extra.array());
    return this;
  }

  byte[] file() {
    int start = file.size();
    file.writeBytes(table.toByteArray());
    ByteBuffer end = little(22).putInt(0x06054b50).putInt(12, table.size()).putInt(16, start);
    file.writeBytes(end.array());
    return file.toByteArray();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
