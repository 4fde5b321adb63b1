package dev.lorax.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files give a CheckpointException or tensors, never another exception or much memory. */
class GgufFuzzTest {
  private static final int CASES = Integer.getInteger("lorax.fuzz", 3000);
  private static final long[] NUMBERS = {
    -1, 0, 1, 2, 3, 8, 9, 12, 13, 30, 255, 1L << 16, 1L << 31, 1L << 32, 1L << 62, Long.MIN_VALUE
  };

  @TempDir Path folder;

  /** What is loaded once is no memory of a file's. */
  @BeforeAll
  static void load() {
    try (GgufFile file = GgufFile.open(GgufFileTest.FIXTURE)) {
      file.tensors().keySet().forEach(name -> file.get(name).close());
      assertThat(file.tensors().get("vector").shape()).isEqualTo(Shape.of(3));
      assertThat(file.toString()).startsWith("src").doesNotContain("\n");
      assertThat(1L).isLessThan(2L);
    }
  }

  @Test
  void damagedBytesAreToldInOneLine() throws IOException {
    byte[] valid = Files.readAllBytes(GgufFileTest.FIXTURE);
    int header = valid.length - 3000;
    Random random = new Random(1);
    open(valid);
    long count = Pointer.totalCount();
    int refused = 0;
    for (int i = 0; i < CASES; i++) {
      byte[] damaged = valid.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        change(damaged, random.nextInt(header), random);
      }
      refused += open(i % 4 == 0 ? cut(damaged, random) : damaged).isEmpty() ? 0 : 1;
    }
    assertThat(refused).isBetween(CASES / 2, CASES);
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
  }

  @Test
  void everyCutIsToldInOneLine() throws IOException {
    byte[] valid = Files.readAllBytes(GgufFileTest.FIXTURE);
    int end = valid.length - 32 + 12; // the last tensor has 12 bytes, the rest is padding
    for (int length = 0; length < end; length += length < 1500 ? 1 : 101) {
      assertThat(open(Arrays.copyOf(valid, length))).as("%d", length).contains("fetch it again");
    }
    assertThat(open(Arrays.copyOf(valid, end))).isEmpty();
  }

  /** One byte, or a number where one may lie. */
  private static void change(byte[] content, int place, Random random) {
    if (random.nextBoolean()) {
      content[place] = (byte) random.nextInt(256);
    } else {
      long number = NUMBERS[random.nextInt(NUMBERS.length)];
      ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
      if (random.nextBoolean()) {
        buffer.putLong(place, number);
      } else {
        buffer.putInt(place, (int) number);
      }
    }
  }

  private static byte[] cut(byte[] content, Random random) {
    return Arrays.copyOf(content, random.nextInt(content.length));
  }

  private String open(byte[] content) throws IOException {
    Path path = Files.write(folder.resolve("fuzz.gguf"), content);
    long before = allocated();
    String fault = "";
    try (GgufFile file = GgufFile.open(path)) {
      for (String name : file.tensors().keySet()) {
        try (Tensor tensor = file.get(name)) {
          assertThat(tensor.shape()).isEqualTo(file.tensors().get(name).shape());
        }
      }
    } catch (CheckpointException told) {
      fault = told.getMessage();
      assertThat(fault).startsWith(path.toString()).doesNotContain("\n");
    }
    assertThat(allocated() - before).isLessThan((1 << 19) + 16L * content.length);
    return fault;
  }

  private static long allocated() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
