package dev.lorax.cli.run;

import dev.lorax.cli.console.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** SHA-256 of files, each read once for as long as it does not change. */
public final class FileDigests {
  private static final int BLOCK = 1 << 16;
  private static final long LARGE = 64L << 20;
  private static final int BLOCKS = 1000; // that stand for a large file

  private final Map<Version, String> known = new HashMap<>();

  private record Version(Path file, boolean whole, long size, FileTime changed) {}

  /**
   * Of every byte.
   *
   * @throws Failure if it cannot be read
   */
  String whole(Path file) {
    return digest(file, true);
  }

  /**
   * Of a file's length and its bytes; of one beyond 64 MB, of a thousand blocks from all over it.
   *
   * @throws Failure if it cannot be read
   */
  String sampled(Path file) {
    return digest(file, false);
  }

  private String digest(Path file, boolean whole) {
    try {
      Version version = new Version(file, whole, Files.size(file), Files.getLastModifiedTime(file));
      String digest = known.get(version);
      if (digest == null) {
        digest = read(version);
        known.put(version, digest);
      }
      return digest;
    } catch (IOException failed) {
      throw Failure.unreadable(file, failed);
    }
  }

  private static String read(Version version) throws IOException {
    try (FileChannel channel = FileChannel.open(version.file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long size = version.size;
      digest.update(Long.toString(size).getBytes(StandardCharsets.US_ASCII));
      long stride = version.whole || size <= LARGE ? BLOCK : size / BLOCKS;
      ByteBuffer block = ByteBuffer.allocate(BLOCK);
      for (long place = 0; place < size; place += stride) {
        block.clear();
        for (int read = 0; read >= 0 && block.hasRemaining(); ) {
          read = channel.read(block, place + block.position());
        }
        digest.update(block.flip());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
