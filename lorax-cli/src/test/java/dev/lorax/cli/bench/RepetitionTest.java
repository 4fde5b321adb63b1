package dev.lorax.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
  void workThatTimesItselfIsTakenAtItsWord() {
    Repetition each = Repetition.timed(1, 3, i -> new double[] {99, 30, 50, 40}[i]);
    assertThat(each.millis()).isEqualTo(Spread.of(30, 50, 40));
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
