package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.HeapUse;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files give a CheckpointException or tensors, never another exception or much memory. */
class TorchFuzzTest {
  private static final int MUTATIONS = Integer.getInteger("lorax.fuzz", 4_000);

  @TempDir Path folder;

  @BeforeEach
  void classesAreLoadedBeforeMemoryIsCounted() {
    read(Golden.folder("torch").resolve("zip.bin"));
    read(RawFile.write(folder.resolve("bad.bin"), new byte[] {'P', 'K'}));
  }

  @Test
  void damagedBytesAreToldInOneLine() throws IOException {
    List<byte[]> valid = new ArrayList<>();
    for (String name : List.of("zip.bin", "legacy.bin", "protocol4.bin", "wrapped.bin")) {
      valid.add(Files.readAllBytes(Golden.folder("torch").resolve(name)));
    }
    Random random = new Random(1);
    long count = Pointer.totalCount();
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] content = valid.get(i % valid.size());
      for (int times = random.nextInt(3); times >= 0; times--) {
        content = mutated(content, valid.get(random.nextInt(valid.size())), random);
      }
      read += openQuietly(content) ? 1 : 0;
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
    assertThat(read).isBetween(MUTATIONS / 100, MUTATIONS / 2); // both ways are taken
  }

  private static byte[] mutated(byte[] valid, byte[] other, Random random) {
    byte[] content = valid.clone();
    int at = random.nextInt(content.length);
    int length = 1 + random.nextInt(Math.min(8, content.length - at));
    switch (random.nextInt(6)) {
      case 0 -> content[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> content[at] = (byte) random.nextInt(256);
      case 2 -> Arrays.fill(content, at, at + length, (byte) (random.nextInt(3) - 1)); // blow up
      case 3 -> { // a piece of another place, or of another file
        int from = random.nextInt(other.length - length);
        System.arraycopy(other, from, content, at, length);
      }
      case 4 -> content = without(content, at, length);
      default -> content = Arrays.copyOf(content, random.nextInt(8) == 0 ? at + 1 : content.length);
    }
    return content;
  }

  private static byte[] without(byte[] content, int at, int length) {
    byte[] rest = Arrays.copyOf(content, content.length - length);
    System.arraycopy(content, at + length, rest, at, rest.length - at);
    return rest;
  }

  private boolean openQuietly(byte[] content) {
    Path path = RawFile.write(folder.resolve("fuzz.bin"), content);
    long before = HeapUse.allocated();
    boolean read = read(path);
    assertThat(HeapUse.allocated() - before).isLessThan(1 << 20);
    return read;
  }

  private static boolean read(Path path) {
    try (Weights file = Weights.openFile(path)) {
      for (String name : file.names()) {
        try (Tensor tensor = file.get(name);
            Tensor all = tensor.sum()) { // every number is touched
          assertThat(TensorInfo.of(tensor)).isEqualTo(file.info(name).orElseThrow());
          assertThat(tensor.byteCount()).isLessThanOrEqualTo(path.toFile().length());
          all.item();
        }
      }
      return true;
    } catch (CheckpointException told) {
      assertThat(told.getMessage()).startsWith(path.toString()).doesNotContain("\n");
      return false;
    }
  }
}
