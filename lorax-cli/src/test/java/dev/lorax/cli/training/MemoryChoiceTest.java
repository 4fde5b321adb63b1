package dev.lorax.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.cli.console.Failure;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryChoiceTest {
  /** 10 stretches that keep 100 MB each for a batch of 4, and hand on 5 MB. */
  private static MemoryEstimate estimate(int batch) {
    long one = 25_000_000L * batch;
    return new MemoryEstimate(
        100_000_000,
        0,
        new Activations(
            Collections.nCopies(10, one),
            Collections.nCopies(10, one),
            Collections.nCopies(10, one),
            one / 20,
            40_000_000));
  }

  private static MemoryChoice choose(String budget, Double recompute) {
    TrainingOptions options = new TrainingOptions();
    options.memoryBudget = budget;
    options.recompute = recompute;
    return MemoryChoice.of(MemoryChoiceTest::estimate, options);
  }

  @Test
  void computesNothingTwiceWhereAllFits() {
    assertThat(choose("2GB", null).toString())
        .isEqualTo("about 1.8 GB, nothing is computed twice: fits --memory-budget 2.0 GB");
  }

  @Test
  void computesAsLittleTwiceAsFits() {
    MemoryChoice choice = choose("1GB", null);
    assertThat(choice.recomputation().share()).isStrictlyBetween(0.0, 1.0);
    assertThat(choice.peak()).isBetween(850_000_000L, 1_000_000_000L);
    assertThat(choice.reason()).isEqualTo("the least that fits --memory-budget 1.0 GB");
  }

  @Test
  void obeysAGivenShare() {
    assertThat(choose(null, 1.0).toString()).contains("all is computed twice: as --recompute says");
  }

  @Test
  void namesTheBatchThatWouldFit() {
    assertThatThrownBy(() -> choose("620MB", null))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("--memory-budget 620 MB is too little")
        .hasMessageContaining("training takes about")
        .hasMessageEndingWith(" at least; --batch-size 2 fits");
    assertThatThrownBy(() -> choose("620MB", 0.0))
        .hasMessageEndingWith(" with this --recompute; --batch-size 2 fits without --recompute");
    assertThatThrownBy(() -> choose("1GB", 0.0))
        .hasMessageEndingWith(" with this --recompute; --batch-size 4 fits without --recompute");
  }

  @Test
  void knowsThatComputingAllTwiceIsNotAlwaysTheLeast() {
    MemoryEstimate two =
        new MemoryEstimate(
            0,
            0,
            new Activations(
                List.of(1_000L, 1_000L),
                List.of(1_000L, 1_000L),
                List.of(1_000L, 1_000L),
                500_000_000,
                0));
    TrainingOptions options = new TrainingOptions();
    options.memoryBudget = "600MB";
    assertThat(MemoryChoice.of(batch -> two, options).recomputation().share()).isZero();
    options.memoryBudget = "100MB";
    assertThatThrownBy(() -> MemoryChoice.of(batch -> two, options))
        .hasMessageContaining("training takes about 360 MB at least; no batch fits");
  }

  @Test
  void saysWhereNoBatchFits() {
    assertThatThrownBy(() -> choose("100MB", null)).hasMessageContaining("no batch fits");
  }

  @Test
  void readsSizesAsPeopleWriteThem() {
    assertThat(MemoryBudget.parse("2GB").bytes()).isEqualTo(2_000_000_000L);
    assertThat(MemoryBudget.parse("1.5 MiB").bytes()).isEqualTo(3 << 19);
    assertThatThrownBy(() -> MemoryBudget.parse("lots"))
        .hasMessage(
            "--memory-budget lots is no size: give a number and a unit, for example 2GB or 1500MB");
  }
}
