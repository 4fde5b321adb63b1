package dev.lorax.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** A file that grows, over several connections if need be. */
final class Filling {
  final RemoteFile file;
  private final FileChannel channel;
  private long size;
  private long furthest;

  /** Goes on where the channel's file ends, if it can be part of what is announced. */
  Filling(RemoteFile file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    size = channel.size();
    if (file.size() == RemoteFile.UNKNOWN || isTooLong()) {
      restart();
    }
    furthest = size;
  }

  long size() {
    return size;
  }

  boolean isWhole() {
    return size == file.size();
  }

  boolean isTooLong() {
    return file.size() != RemoteFile.UNKNOWN && size > file.size();
  }

  void restart() throws IOException {
    channel.truncate(0);
    size = 0;
  }

  void add(List<ByteBuffer> bytes) throws IOException {
    for (ByteBuffer buffer : bytes) {
      while (buffer.hasRemaining()) {
        size += channel.write(buffer, size);
      }
    }
  }

  /** Whether it is longer than ever: one that starts anew each time makes no progress. */
  boolean isFurther() {
    boolean further = size > furthest;
    furthest = Math.max(furthest, size);
    return further;
  }
}
