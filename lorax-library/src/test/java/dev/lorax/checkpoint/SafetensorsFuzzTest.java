package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.HeapUse;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files give a CheckpointException or tensors, never another exception or much memory. */
class SafetensorsFuzzTest {
  private static final int MUTATIONS = Integer.getInteger("lorax.fuzz", 4_000);
  private static final String[] TOKENS = {
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-1",
    "0",
    "9223372036854775807",
    "18446744073709551616",
    "1e9",
    "null",
    "\\ud800",
    "\"F8_E4M3\"",
    "\"I64\"",
    "\"__metadata__\"",
    "\u0000",
    "é"
  };

  @TempDir Path folder;

  @BeforeEach
  void classes_are_loaded_before_memory_is_counted() {
    read(Golden.folder("safetensors").resolve("all-types.safetensors"));
    read(RawFile.write(folder.resolve("bad.safetensors"), new byte[1]));
  }

  @Test
  void damaged_bytes_are_told_in_one_line() throws IOException {
    byte[] valid =
        Files.readAllBytes(Golden.folder("safetensors").resolve("all-types.safetensors"));
    Random random = new Random(1);
    long count = Pointer.totalCount();
    for (int i = 0; i < MUTATIONS; i++) {
      openQuietly(i % 2 == 0 ? flipped(valid, random) : spliced(valid, random));
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
  }

  @Test
  void every_cut_is_told_in_one_line() throws IOException {
    byte[] valid =
        Files.readAllBytes(Golden.folder("safetensors").resolve("all-types.safetensors"));
    for (int length = 0; length < valid.length; length++) {
      assertThat(openQuietly(Arrays.copyOf(valid, length))).contains("the download was cut");
    }
  }

  private static byte[] flipped(byte[] valid, Random random) {
    byte[] content = valid.clone();
    for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
      content[random.nextInt(content.length)] = (byte) random.nextInt(256);
    }
    return content;
  }

  /** Replaces a piece of the header by a token, and corrects the header's length. */
  private static byte[] spliced(byte[] valid, Random random) {
    String file = new String(valid, java.nio.charset.StandardCharsets.UTF_8);
    String header = file.substring(8, file.lastIndexOf('}') + 1);
    int from = random.nextInt(header.length());
    int to = Math.min(header.length(), from + random.nextInt(8));
    String token = TOKENS[random.nextInt(TOKENS.length)];
    byte[] data = Arrays.copyOfRange(valid, valid.length - random.nextInt(300), valid.length);
    return RawFile.bytes(header.substring(0, from) + token + header.substring(to), data);
  }

  private String openQuietly(byte[] content) {
    Path path = RawFile.write(folder.resolve("fuzz.safetensors"), content);
    long before = HeapUse.allocated();
    String fault = read(path);
    assertThat(HeapUse.allocated() - before).isLessThan(2 << 20);
    return fault;
  }

  private static String read(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      for (String name : file.names()) {
        try (Tensor tensor = file.get(name)) {
          assertThat(TensorInfo.of(tensor)).isEqualTo(file.info(name).orElseThrow());
        }
      }
      return "";
    } catch (CheckpointException told) {
      assertThat(told.getMessage()).doesNotContain("\n");
      return told.getMessage();
    }
  }
}
