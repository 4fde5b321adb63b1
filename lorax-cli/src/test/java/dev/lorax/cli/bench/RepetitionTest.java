package dev.lorax.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class RepetitionTest {
  @Test
  void warmUpIsDoneAndDoesNotCount() {
    List<Integer> done = new ArrayList<>();
    Repetition repetition =
        Repetition.of(
            2,
            3,
            i -> {
              done.add(i);
              sleep(i < 2 ? 60 : 5);
            });
    assertThat(done).containsExactly(0, 1, 2, 3, 4);
    assertThat(repetition.millis().count()).isEqualTo(3);
    assertThat(repetition.millis().min()).isBetween(4.0, 59.0);
  }

  @Test
  void overheadIsTakenOffBeforeTheRestIsShared() {
    MemoryWatch.Memory memory = new MemoryWatch.Memory(OptionalLong.empty(), OptionalLong.of(7));
    Repetition each = new Repetition(1, Spread.of(30, 50, 40), memory).minus(10, 10);
    assertThat(each).isEqualTo(new Repetition(1, new Spread(3, 2, 2.5, 3, 3.5, 4), memory));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryThatIsGivenBackAtOnceIsSeenAllTheSame() {
    long before = Repetition.of(0, 1, i -> sleep(30)).memory().anonymous().orElseThrow();
    long seen = Repetition.of(0, 1, i -> hold()).memory().anonymous().orElseThrow();
    assertThat(seen - before).isBetween(150_000_000L, 400_000_000L);
  }

  /** 200 MB outside the heap, touched, held for a while, freed. */
  private static void hold() {
    try (dev.lorax.tensor.Scope scope = new dev.lorax.tensor.Scope()) {
      dev.lorax.tensor.Tensor.zeros(dev.lorax.tensor.DType.F32, 50_000_000).addInPlace(1);
      sleep(100);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }
}
