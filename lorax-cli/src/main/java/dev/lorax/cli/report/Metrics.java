package dev.lorax.cli.report;

import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that happened in a run, in order: the content of {@code metrics.jsonl}.
 *
 * @param events one a line
 */
public record Metrics(List<Metric> events) {
  /** Copies the list. */
  public Metrics {
    events = List.copyOf(events);
  }

  /**
   * The events of a history. It does not know how long each measurement took: they share evenly
   * what the steps leave of its time.
   */
  public static Metrics of(History history) {
    Duration rest = history.time();
    for (Step step : history.steps()) {
      rest = rest.minus(step.time());
    }
    Duration each =
        rest.isNegative() ? Duration.ZERO : rest.dividedBy(Math.max(1, history.measures().size()));
    List<Metric> events = new ArrayList<>();
    history.steps().forEach(step -> events.add(new Metric.Stepped(step, OptionalLong.empty())));
    history.measures().forEach(measure -> events.add(new Metric.Measured(measure, each)));
    events.sort(Comparator.comparingLong(Metric::step)); // stable: a step before its measure
    return new Metrics(events);
  }

  /**
   * Reads a file; a last line that is torn, as a killed process leaves it, is left out.
   *
   * @throws Failure if the file cannot be read, or another line is none of a run's
   */
  public static Metrics read(Path file) {
    String[] lines = text(file).split("\n");
    List<Metric> events = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      Optional<Metric> event = MetricLines.read(lines[i]);
      if (event.isEmpty() && i < lines.length - 1) {
        throw Failure.of(
            "%s, line %d is no line of a run's metrics: remove it, or restore the file"
                .formatted(file, i + 1));
      }
      event.ifPresent(events::add);
    }
    return new Metrics(events);
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8); // torn characters too
    } catch (IOException failed) {
      throw Failure.unreadable(file, failed);
    }
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be written
   */
  public void write(Path file) {
    AtomicFile.write(file, events.stream().map(MetricLines::write).collect(Collectors.joining()));
  }

  /** What had happened when so many steps were done. */
  public Metrics upTo(long step) {
    return new Metrics(events.stream().filter(event -> event.step() <= step).toList());
  }

  /** The events of one kind. */
  public <M extends Metric> List<M> of(Class<M> kind) {
    return only(kind).toList();
  }

  private <M extends Metric> Stream<M> only(Class<M> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast);
  }

  /** Every step done. */
  public List<Step> steps() {
    return only(Metric.Stepped.class).map(Metric.Stepped::taken).toList();
  }

  /** Every measurement on the held-out text. */
  public List<Measure> measures() {
    return only(Metric.Measured.class).map(Metric.Measured::measure).toList();
  }

  /** The measurement with the least loss, the first of them; one before training counts too. */
  public Optional<Measure> best() {
    return measures().stream()
        .filter(measure -> Double.isFinite(measure.evaluation().loss()))
        .min(Comparator.comparingDouble(measure -> measure.evaluation().loss()));
  }

  /** The time of all events together. */
  public Duration time() {
    return events.stream().map(Metric::time).reduce(Duration.ZERO, Duration::plus);
  }

  /**
   * The whole run as a history, whatever processes it was done in. How it ended, no event says.
   *
   * @param interrupted whether it was stopped before its end
   * @param failure what stopped it, if something did
   */
  public History history(boolean interrupted, Optional<RuntimeException> failure) {
    return new History(steps(), measures(), interrupted, failure, time());
  }
}
