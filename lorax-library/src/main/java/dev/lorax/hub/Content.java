package dev.lorax.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Compares a file with what the hub announced.
 *
 * <p>It reads what is on the disk, not what came over the network: so it also finds what two
 * processes have mixed up, and what a disk has lost.
 */
final class Content {
  private static final int BUFFER = 1 << 20;

  private Content() {}

  /** What is wrong with it, if anything is. */
  static Optional<String> fault(RemoteFile file, Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      long size = channel.size();
      if (file.size() != RemoteFile.UNKNOWN && file.size() != size) {
        return Optional.of("%d bytes came where %d were announced".formatted(size, file.size()));
      }
      if (file.etag().matches("[0-9a-f]{64}")) {
        return differs("sha256", file, digest("SHA-256", new byte[0], channel));
      }
      if (file.etag().matches("[0-9a-f]{40}")) { // as git names a blob
        byte[] start = "blob %d\0".formatted(size).getBytes(StandardCharsets.US_ASCII);
        return differs("git's sha1", file, digest("SHA-1", start, channel));
      }
      return Optional.empty();
    }
  }

  private static Optional<String> differs(String what, RemoteFile file, String digest) {
    return digest.equals(file.etag())
        ? Optional.empty()
        : Optional.of("its %s is %s, not %s".formatted(what, digest, file.etag()));
  }

  private static String digest(String algorithm, byte[] start, FileChannel channel)
      throws IOException {
    MessageDigest digest = digest(algorithm);
    digest.update(start);
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (channel.read(buffer) >= 0) {
      digest.update(buffer.flip());
      buffer.clear();
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every Java has both
    }
  }
}
