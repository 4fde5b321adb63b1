package dev.lorax.cli.report;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.Measure;
import dev.lorax.cli.training.Observer;
import dev.lorax.train.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes {@code metrics.jsonl} while a run happens, line by line.
 *
 * <p>A line is with the operating system before the next step begins, so that a killed process
 * loses none. If a line cannot be written, because the disk is full for example, that is told once
 * and the run goes on; {@link #metrics} has everything all the same.
 */
public final class MetricsLog implements Observer {
  private final Path file;
  private final Consumer<String> warnings;
  private final List<Metric> events;
  private long last = System.nanoTime();
  private boolean broken;

  private MetricsLog(Path file, Metrics before, Consumer<String> warnings) {
    this.file = file;
    this.warnings = warnings;
    events = new ArrayList<>(before.events());
  }

  /**
   * Begins a file.
   *
   * @param warnings told one line if the file cannot be continued
   * @throws Failure if the file exists, or cannot be written
   */
  public static MetricsLog begin(Path file, Consumer<String> warnings) {
    try {
      Files.createFile(file);
      return new MetricsLog(file, new Metrics(List.of()), warnings);
    } catch (IOException failed) {
      throw Failure.unwritable(file, failed);
    }
  }

  /**
   * Continues the file of a run that goes on from a step: what lies after that step is taken out of
   * the file. Where there is no file, it begins one.
   *
   * @param warnings told one line if the file cannot be continued
   * @throws Failure if the file cannot be read or written
   */
  public static MetricsLog resumeAt(long step, Path file, Consumer<String> warnings) {
    Metrics before = Files.exists(file) ? Metrics.read(file).upTo(step) : new Metrics(List.of());
    try {
      before.write(file);
    } catch (CheckpointException failed) {
      throw Failure.of(failed.getMessage(), failed);
    }
    MetricsLog log = new MetricsLog(file, before, warnings);
    log.add(new Metric.Resumed(step));
    return log;
  }

  @Override
  public void stepped(Step step) {
    add(new Metric.Stepped(step, ResidentMemory.now()));
  }

  @Override
  public void measured(Measure measure) {
    add(new Metric.Measured(measure, sinceLast()));
  }

  /** After texts were generated to show what the model has learned by then. */
  public void sampled(long step, List<Metric.Continuation> samples) {
    add(new Metric.Sampled(step, samples, sinceLast()));
  }

  /** All of the run so far, with what happened before it was resumed. */
  public Metrics metrics() {
    return new Metrics(events);
  }

  private Duration sinceLast() {
    return Duration.ofNanos(System.nanoTime() - last);
  }

  private void add(Metric event) {
    events.add(event);
    last = System.nanoTime();
    if (broken) {
      return;
    }
    try {
      byte[] line = MetricLines.write(event).getBytes(StandardCharsets.UTF_8);
      Files.write(file, line, StandardOpenOption.APPEND);
    } catch (IOException failed) {
      broken = true;
      warnings.accept(Failure.unwritable(file, failed).getMessage() + "; the run goes on without");
    }
  }
}
