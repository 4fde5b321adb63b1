package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LargePagesTest {
  /** What the system says of the memory that an address lies in. */
  private static String line(long address, String name) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    boolean inside = false;
    for (String line : lines) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] ends = line.substring(0, line.indexOf(' ')).split("-");
        inside =
            Long.parseUnsignedLong(ends[0], 16) <= address
                && address < Long.parseUnsignedLong(ends[1], 16);
      } else if (inside && line.startsWith(name + ":")) {
        return line;
      }
    }
    throw new IllegalStateException("No %s of %x".formatted(name, address));
  }

  @Test
  void valuesThatLiveLongAskForThem() throws IOException {
    assumeThat(Path.of("/sys/kernel/mm/transparent_hugepage")).exists();
    try (Scope scope = new Scope()) {
      Tensor value = Tensor.mapped(DType.BF16, 2, LargePages.SIZE).zeroInPlace();
      long address = value.pointer().data_ptr().address();
      assertThat(address % LargePages.SIZE).isZero();
      assertThat(line(address, "VmFlags")).matches(".* hg\\b.*");
      assertThat(value.shape()).isEqualTo(Shape.of(2, LargePages.SIZE));
      assertThat(value.isContiguous()).isTrue();
    }
  }

  @Test
  void onlyWhatIsWrittenTakesMemory() throws IOException {
    assumeThat(Path.of("/sys/kernel/mm/transparent_hugepage")).exists();
    try (Scope scope = new Scope()) {
      Tensor value = Tensor.mapped(DType.U8, 16 * LargePages.SIZE);
      value.narrow(0, 0, 3 * LargePages.SIZE).zeroInPlace();
      long address = value.pointer().data_ptr().address();
      long resident = Long.parseLong(line(address, "Rss").replaceAll("\\D", ""));
      assertThat(resident * 1024).isEqualTo(3 * LargePages.SIZE);
    }
  }
}
