package dev.lorax.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ThreadChoiceTest {
  private static String choose(Integer asked, int threads, int cores, int available) {
    Processor processor = new Processor(threads, cores, Optional.empty());
    return ThreadChoice.of(asked, processor, available).toString();
  }

  @Test
  void takesOneACore() {
    assertThat(choose(null, 2, 2, 2)).isEqualTo("2 threads: one a core");
    assertThat(choose(null, 1, 1, 1)).isEqualTo("1 thread: one a core");
  }

  @Test
  void leavesHyperthreadsAlone() {
    assertThat(choose(null, 16, 8, 16)).isEqualTo("8 threads: one a core, of 16 hyperthreads");
  }

  @Test
  void keepsToTheQuota() {
    assertThat(choose(null, 16, 8, 5)).isEqualTo("5 threads: what this process may use of 8 cores");
  }

  @Test
  void takesWhatJavaSaysWhereCoresAreUnknown() {
    assertThat(choose(null, 4, 0, 4)).isEqualTo("4 threads: one a processor");
    assertThat(choose(null, 0, 0, 10)).isEqualTo("10 threads: one a processor");
  }

  @Test
  void obeys() {
    assertThat(choose(12, 16, 8, 16)).isEqualTo("12 threads: as --threads says");
    assertThat(choose(4, 2, 2, 2))
        .isEqualTo("4 threads: as --threads says, more than the 2 that run at once here");
    assertThat(ThreadChoice.resumed(1)).hasToString("1 thread: as in the run before");
  }
}
