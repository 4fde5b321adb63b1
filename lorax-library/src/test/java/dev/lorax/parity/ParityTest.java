package dev.lorax.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.model.ModelConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Everything in the fixtures equals what transformers and PEFT compute: in those of the repository,
 * and in those of the folder that {@code -Dlorax.golden} names. There, what Lorax refuses to load
 * is told and counted.
 */
class ParityTest {
  private static final double TOLERANCE = 1e-4;

  /**
   * Adam divides by the size of the gradient, so that rounding errors of gradients near 0 grow:
   * five steps of 1e-3 may differ by a tenth of their length.
   */
  private static final double TRAINED_TOLERANCE = 5e-4;

  private static final List<String> QUANTITIES =
      List.of(
          "logits base",
          "logits adapter",
          "logits merged",
          "merged weights",
          "greedy_base",
          "greedy_adapter",
          "gradients (relative)",
          "gradient norm",
          "values after 5 steps",
          "losses of 5 steps",
          "logits greedy, uncached",
          "logits greedy, cached");

  private static int matched;
  private static int failed;
  private static int refused;

  @TestFactory
  Stream<DynamicTest> everyFixtureIsMatched() {
    List<Fixture> fixtures = Fixture.all();
    assertThat(fixtures).hasSizeGreaterThanOrEqualTo(25);
    return fixtures.stream().map(fixture -> test(fixture, () -> check(fixture)));
  }

  @TestFactory
  Stream<DynamicTest> everyFixtureOfTheFolderGivenIsMatchedOrRefused() {
    String folder = System.getProperty("lorax.golden", "");
    List<Fixture> fixtures = folder.isBlank() ? List.of() : Fixture.in(Path.of(folder));
    assertThat(folder.isBlank() || !fixtures.isEmpty()).as("fixtures in " + folder).isTrue();
    return fixtures.stream().map(fixture -> test(fixture, () -> checkOrTell(fixture)));
  }

  @AfterAll
  static void count() {
    System.out.printf(
        "parity: %d matched, %d failed, %d not supported%n", matched, failed, refused);
  }

  private static DynamicTest test(Fixture fixture, Runnable check) {
    return DynamicTest.dynamicTest(fixture.name(), check::run);
  }

  private static void checkOrTell(Fixture fixture) {
    Optional<String> reason = refusal(fixture);
    if (reason.isPresent()) {
      refused++;
      System.out.printf("parity %-24s not supported: %s%n", fixture.name(), reason.get());
      Assumptions.abort(reason.get());
    }
    check(fixture);
  }

  /** Why Lorax does not load a fixture; empty if it does, or fails for another reason. */
  private static Optional<String> refusal(Fixture fixture) {
    try (ParityCase parity = new ParityCase(fixture)) {
      parity.adapter().close();
      return Optional.empty();
    } catch (ModelConfigException | CheckpointException refusal) {
      String message = refusal.getMessage();
      boolean told = message.contains("not supported") || message.contains("unknown model_type");
      return told ? Optional.of(message.replace(fixture.folder() + "/", "")) : Optional.empty();
    }
  }

  private static void check(Fixture fixture) {
    failed++; // until the end is reached
    try (ParityCase parity = new ParityCase(fixture)) {
      Map<String, Double> differences = parity.run();
      System.out.println(line(fixture, differences));
      assertThat(differences.keySet()).containsAll(QUANTITIES);
      assertThat(differences)
          .allSatisfy((what, found) -> assertThat(found).as(what).isLessThan(tolerance(what)));
    }
    failed--;
    matched++;
  }

  private static String line(Fixture fixture, Map<String, Double> differences) {
    Map.Entry<String, Double> largest =
        differences.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    return String.format(
        Locale.ROOT,
        "parity %-24s largest difference %.1e in %s; compared: %s",
        fixture.name(),
        largest.getValue(),
        largest.getKey(),
        String.join(", ", differences.keySet()));
  }

  private static double tolerance(String what) {
    return what.equals("values after 5 steps") ? TRAINED_TOLERANCE : TOLERANCE;
  }
}
