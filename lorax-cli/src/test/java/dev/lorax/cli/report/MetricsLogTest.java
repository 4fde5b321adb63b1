package dev.lorax.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.report.Metric.Continuation;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  private static final Measure BEFORE = new Measure(0, new Evaluation(4.25, 96));
  private static final Measure AFTER_TWO = new Measure(2, new Evaluation(3.5, 96));

  @TempDir Path folder;
  private Path file;
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void name() {
    file = folder.resolve("metrics.jsonl");
  }

  private static Step step(long number) {
    return new Step(number, 5, 4.0 / number, 3e-4, 0.1 + number, 60, 64, Duration.ofNanos(1234567));
  }

  private MetricsLog threeSteps() {
    MetricsLog log = MetricsLog.begin(file, warnings::add);
    log.measured(BEFORE);
    log.stepped(step(1));
    log.stepped(step(2));
    log.measured(AFTER_TWO);
    log.sampled(2, List.of(new Continuation("Once\n\"", "upon \u0000 \ud83d\ude00 </script>")));
    log.stepped(step(3));
    return log;
  }

  @Test
  void everyEventIsInTheFileAsSoonAsItHasHappened() throws IOException {
    MetricsLog log = MetricsLog.begin(file, warnings::add);
    for (int i = 1; i <= 5; i++) {
      log.stepped(step(i));
      assertThat(Files.readAllLines(file)).hasSize(i);
    }
    JsonNode line = new ObjectMapper().readTree(Files.readAllLines(file).get(1));
    assertThat(line.get("step").asInt()).isEqualTo(2);
    assertThat(line.get("loss").asDouble()).isEqualTo(2);
    assertThat(line.get("seconds").asDouble()).isEqualTo(0.001234567);
    assertThat(line.get("learningRate").asDouble()).isEqualTo(3e-4);
    assertThat(line.get("gradientNorm").asDouble()).isEqualTo(2.1);
    assertThat(line.get("supervised").asInt()).isEqualTo(60);
    assertThat(line.get("tokens").asInt()).isEqualTo(64);
    assertThat(line.has("memoryBytes")).isEqualTo(ResidentMemory.now().isPresent());
  }

  @Test
  void readsBackWhatWasWritten() {
    MetricsLog log = threeSteps();
    assertThat(Metrics.read(file)).isEqualTo(log.metrics());
    assertThat(Metrics.read(file).steps()).containsExactly(step(1), step(2), step(3));
    assertThat(Metrics.read(file).measures()).containsExactly(BEFORE, AFTER_TWO);
  }

  @Test
  void keepsNumbersThatAreNone() {
    MetricsLog log = MetricsLog.begin(file, warnings::add);
    log.stepped(
        new Step(1, 1, Double.NaN, 1, Double.POSITIVE_INFINITY, 1, 1, Duration.ofMillis(1)));
    assertThat(Metrics.read(file)).isEqualTo(log.metrics());
  }

  @Test
  void ignoresALastLineThatIsTornWhereverItTore() throws IOException {
    Metrics whole = threeSteps().metrics();
    byte[] bytes = Files.readAllBytes(file);
    int lastLine =
        new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)
                .lastIndexOf('\n', bytes.length - 2)
            + 1;
    for (int length = lastLine; length < bytes.length - 1; length++) {
      Files.write(file, java.util.Arrays.copyOf(bytes, length));
      assertThat(Metrics.read(file)).isEqualTo(whole.upTo(2));
    }
  }

  @Test
  void namesADamagedLineInTheMiddle() throws IOException {
    threeSteps();
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(1, "{\"step\": 1, \"lo");
    Files.write(file, lines);
    assertThatThrownBy(() -> Metrics.read(file))
        .isInstanceOf(Failure.class)
        .hasMessageContainingAll("metrics.jsonl, line 2", "remove it");
  }

  @Test
  void aResumedRunForgetsWhatCameAfterItsCheckpointAndIsOneHistory() throws IOException {
    threeSteps();
    Files.writeString(file, "{\"step\":4,\"of\":5,\"lo", StandardOpenOption.APPEND);
    MetricsLog log = MetricsLog.resumeAt(2, file, warnings::add);
    for (int i = 3; i <= 5; i++) {
      log.stepped(step(i));
    }
    assertThat(Metrics.read(file)).isEqualTo(log.metrics());
    assertThat(log.metrics().of(Metric.Resumed.class)).containsExactly(new Metric.Resumed(2));
    assertThat(log.metrics().of(Metric.Sampled.class)).hasSize(1);
    History whole = log.metrics().history(true, Optional.empty());
    assertThat(whole.steps()).extracting(Step::number).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(whole.measures()).containsExactly(BEFORE, AFTER_TWO);
    assertThat(whole.interrupted()).isTrue();
    assertThat(whole.time()).isGreaterThanOrEqualTo(Duration.ofNanos(5 * 1234567));
  }

  @Test
  void aRunWhoseFileIsGoneResumesAllTheSame() {
    MetricsLog.resumeAt(7, file, warnings::add).stepped(step(8));
    assertThat(Metrics.read(file).steps()).containsExactly(step(8));
  }

  @Test
  void beginsOnlyWhereNothingIsLost() throws IOException {
    Files.writeString(file, "precious");
    assertThatThrownBy(() -> MetricsLog.begin(file, warnings::add)).isInstanceOf(Failure.class);
    assertThat(file).hasContent("precious");
  }

  @Test
  void aFileThatCannotBeContinuedIsToldOnceAndStopsNothing() throws IOException {
    MetricsLog log = MetricsLog.begin(file, warnings::add);
    log.stepped(step(1));
    Files.delete(file);
    log.stepped(step(2));
    log.stepped(step(3));
    assertThat(warnings).singleElement().asString().contains("metrics.jsonl", "the run goes on");
    assertThat(log.metrics().steps()).hasSize(3);
  }

  @Test
  void aHistoryIsTheSameAfterItsFile() {
    History history =
        new History(
            List.of(step(1), step(2), step(3)),
            List.of(BEFORE, AFTER_TWO),
            false,
            Optional.empty(),
            Duration.ofSeconds(2));
    Metrics.of(history).write(file);
    assertThat(Metrics.read(file).history(false, Optional.empty()))
        .usingRecursiveComparison()
        .ignoringFields("time")
        .isEqualTo(history);
    assertThat(Metrics.read(file).time()).isCloseTo(history.time(), Duration.ofNanos(2));
  }

  /** Another process, killed as the system does it when memory is short. */
  @Test
  void aKilledProcessLosesNoStep() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    try {
      String told = process.inputReader().readLine(); // after its thousandth step
      process.destroyForcibly();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(told).isEqualTo("1000");
      assertThat(Metrics.read(file).steps()).hasSizeGreaterThanOrEqualTo(1000);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Logs steps until it is killed. */
  static final class Endless {
    public static void main(String[] args) {
      MetricsLog log = MetricsLog.begin(Path.of(args[0]), System.err::println);
      for (long i = 1; ; i++) {
        log.stepped(step(i));
        if (i == 1000) {
          System.out.println(i);
        }
      }
    }
  }
}
