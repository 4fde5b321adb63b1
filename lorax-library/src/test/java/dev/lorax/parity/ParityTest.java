package dev.lorax.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Everything in the fixtures equals what transformers and PEFT compute. */
class ParityTest {
  private static final double TOLERANCE = 1e-4;

  /**
   * Adam divides by the size of the gradient, so that rounding errors of gradients near 0 grow:
   * five steps of 1e-3 may differ by a tenth of their length.
   */
  private static final double TRAINED_TOLERANCE = 5e-4;

  private static final Path HERE = Path.of("src/test/resources/golden");

  @TestFactory
  Stream<DynamicTest> everyFixtureIsMatched() {
    List<Fixture> fixtures = Fixture.in(HERE);
    assertThat(fixtures).hasSizeGreaterThanOrEqualTo(14);
    return fixtures.stream()
        .map(fixture -> DynamicTest.dynamicTest(fixture.name(), () -> check(fixture)));
  }

  private static void check(Fixture fixture) {
    try (ParityCase parity = new ParityCase(fixture)) {
      Map<String, Double> differences = parity.run();
      differences.forEach(
          (what, difference) ->
              System.out.printf("parity %-24s %-24s %.1e%n", fixture.name(), what, difference));
      assertThat(differences)
          .allSatisfy((what, found) -> assertThat(found).as(what).isLessThan(tolerance(what)));
    }
  }

  private static double tolerance(String what) {
    return what.equals("values after 5 steps") ? TRAINED_TOLERANCE : TOLERANCE;
  }
}
