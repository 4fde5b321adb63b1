package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PagesTest {
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

  private static long resident(long address) throws IOException {
    return 1024 * Long.parseLong(line(address, "Rss").replaceAll("\\D", ""));
  }

  @BeforeEach
  void areThere() {
    assumeThat(Pages.areThere()).isTrue();
  }

  @Test
  void valuesThatLiveLongBeginAtALargePageAndAskForMore() throws IOException {
    assumeThat(Path.of("/sys/kernel/mm/transparent_hugepage")).exists();
    try (Scope scope = new Scope()) {
      Tensor value = Tensor.mapped(DType.BF16, 2, Pages.LARGE).zeroInPlace();
      long address = address(value);
      assertThat(address % Pages.LARGE).isZero();
      assertThat(line(address, "VmFlags")).matches(".* hg\\b.*");
      assertThat(value.shape()).isEqualTo(Shape.of(2, Pages.LARGE));
      assertThat(value.isContiguous()).isTrue();
    }
  }

  @Test
  void onlyWhatIsWrittenTakesMemory() throws IOException {
    try (Scope scope = new Scope()) {
      Tensor value = Tensor.mapped(DType.U8, 16 * Pages.LARGE);
      long before = resident(address(value)); // of what the system put beside it, too
      value.narrow(0, 0, 3 * Pages.LARGE).zeroInPlace();
      assertThat(resident(address(value)) - before).isEqualTo(3 * Pages.LARGE);
    }
  }

  @Test
  void theyGoBackWithTheLastView() {
    long address;
    Tensor view;
    try (Scope scope = new Scope()) {
      Tensor value = Tensor.mapped(DType.U8, 100 * Pages.LARGE + 1);
      address = address(value);
      view = scope.release(value.narrow(0, 5, 1));
    }
    assertThat(Pages.holds(address)).isTrue();
    view.close();
    assertThat(Pages.holds(address)).isFalse();
  }

  private static long address(Tensor tensor) {
    return tensor.pointer().data_ptr().address();
  }
}
