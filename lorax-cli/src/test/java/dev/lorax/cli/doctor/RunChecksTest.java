package dev.lorax.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.cli.training.MemoryBudget;
import dev.lorax.cli.training.MemoryChoice;
import dev.lorax.run.Recomputation;
import org.junit.jupiter.api.Test;

class RunChecksTest {
  @Test
  void whatDoesNotFitIntoMemoryIsAWarning() {
    MemoryChoice choice = new MemoryChoice(Recomputation.ALL, 3_000_000_000L, "the least");
    assertThat(RunChecks.memory(choice, new MemoryBudget(3_000_000_000L, false))).isEmpty();
    assertThat(RunChecks.memory(choice, new MemoryBudget(2_999_999_999L, false)))
        .singleElement()
        .asString()
        .startsWith("training takes about 3.0 GB, more than the 3.0 GB free here");
  }
}
