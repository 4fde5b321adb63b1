package dev.lorax.elixir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.HeapUse;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.elixir.NxBytes.Stored;
import dev.lorax.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files give a CheckpointException or layers, never another exception or much memory. */
class LoraxParametersFuzzTest {
  private static final int MUTATIONS = Integer.getInteger("lorax.fuzz", 4_000);

  @TempDir Path folder;

  @Test
  void damagedBytesAreToldInOneLine() throws IOException {
    Stored a = Stored.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Stored b = Stored.floats(new float[] {1, 2, 3, 4}, 2, 2);
    byte[] plain =
        NxBytes.file(
            Map.of(
                "lora_0", Map.of("lora_a", a, "lora_b", b),
                "lora_decoder.blocks.0.ffn.output", Map.of("lora_down", a, "lora_up", b)));
    byte[][] valid = {plain, packed(plain)};
    Random random = new Random(1);
    read(
        Files.write(folder.resolve("warm.lorax"), plain)); // loads classes before memory is counted
    int whole = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] content = valid[i % 2];
      for (int times = random.nextInt(3); times >= 0; times--) {
        content = mutated(content, random);
      }
      whole += readQuietly(content) ? 1 : 0;
    }
    assertThat(whole).isBetween(MUTATIONS / 100, MUTATIONS / 2); // both ways are taken
  }

  /** The same file with its term compressed. */
  private static byte[] packed(byte[] plain) throws IOException {
    int length = (int) ByteBuffer.wrap(plain).getLong(4);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
      out.write(plain, 13, length - 1);
    }
    byte[] term =
        NxBytes.join(NxBytes.bytes(131, 80), NxBytes.int4(length - 1), packed.toByteArray());
    return NxBytes.file(term, Arrays.copyOfRange(plain, 12 + length, plain.length));
  }

  private static byte[] mutated(byte[] valid, Random random) {
    byte[] content = valid.clone();
    int at = random.nextInt(content.length);
    int length = 1 + random.nextInt(Math.min(8, content.length - at));
    switch (random.nextInt(6)) {
      case 0 -> content[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> content[at] = (byte) random.nextInt(256);
      case 2 -> Arrays.fill(content, at, at + length, (byte) (random.nextInt(3) - 1)); // blow up
      case 3 -> content[at] = (byte) (97 + random.nextInt(24)); // another tag
      case 4 ->
          System.arraycopy(valid, random.nextInt(valid.length - length + 1), content, at, length);
      default -> content = Arrays.copyOf(content, random.nextInt(8) == 0 ? at + 1 : content.length);
    }
    return content;
  }

  private boolean readQuietly(byte[] content) throws IOException {
    Path path = Files.write(folder.resolve("fuzz.lorax"), content);
    long before = HeapUse.allocated();
    boolean whole = read(path);
    assertThat(HeapUse.allocated() - before).isLessThan(1 << 20);
    return whole;
  }

  private static boolean read(Path path) {
    try {
      for (LoraLayer layer : LoraxParameters.read(path).layers().values()) {
        try (Tensor a = layer.a();
            Tensor b = layer.b()) {
          assertThat(a.shape()).isEqualTo(layer.shapeOfA());
          assertThat(b.toFloats()).hasSize((int) layer.shapeOfB().size());
        }
      }
      return true;
    } catch (CheckpointException told) {
      assertThat(told.getMessage()).startsWith(path.toString()).doesNotContain("\n");
      return false;
    }
  }
}
