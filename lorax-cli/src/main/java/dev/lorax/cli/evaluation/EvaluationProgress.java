package dev.lorax.cli.evaluation;

import dev.lorax.cli.console.Bar;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import java.time.Duration;

/** Tells how far a measurement is: a bar on a terminal, now and then a line elsewhere. */
final class EvaluationProgress {
  private static final Duration QUIET = Duration.ofSeconds(10);

  private final Console console;
  private Bar bar;
  private String task;
  private long of;
  private long start;
  private long told;

  EvaluationProgress(Console console) {
    this.console = console;
  }

  /** A task of that many batches begins. */
  void begin(String name, long batches) {
    task = name;
    of = batches;
    start = System.nanoTime();
    told = start;
    bar = console.terminals().err() ? Bar.ofSteps(console, name, batches) : null;
  }

  /** That many batches are done; passes the next one on. */
  <T> T stepped(long done, T next) {
    if (bar != null) {
      bar.to(done);
    } else if (System.nanoTime() - told > QUIET.toNanos()) {
      told = System.nanoTime();
      console.note("measuring", "%s, %d of %d batches".formatted(task, done, of));
    }
    return next;
  }

  /** The task is done; a bar makes place for the line that says so. */
  void end() {
    if (bar != null) {
      bar.to(of);
      bar.erase();
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    console.note("measured", "%s, in %s".formatted(task, Figures.time(time)));
  }
}
