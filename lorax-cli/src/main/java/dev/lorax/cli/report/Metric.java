package dev.lorax.cli.report;

import dev.lorax.cli.training.Measure;
import dev.lorax.train.Step;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** One event of a run: a line of {@code metrics.jsonl}. */
public sealed interface Metric {
  /** After how many optimiser steps. */
  long step();

  /** The time it took. */
  Duration time();

  /**
   * An optimiser step.
   *
   * @param taken what it did
   * @param memory bytes that the process held after it; empty where that is not known
   */
  record Stepped(Step taken, OptionalLong memory) implements Metric {
    @Override
    public long step() {
      return taken.number();
    }

    @Override
    public Duration time() {
      return taken.time();
    }
  }

  /** A measurement on the held-out text. */
  record Measured(Measure measure, Duration time) implements Metric {
    @Override
    public long step() {
      return measure.step();
    }
  }

  /** Texts that the model generated at that moment. */
  record Sampled(long step, List<Continuation> samples, Duration time) implements Metric {
    /** Copies the list. */
    public Sampled {
      samples = List.copyOf(samples);
    }
  }

  /** A run that had stopped went on from here. */
  record Resumed(long step) implements Metric {
    @Override
    public Duration time() {
      return Duration.ZERO;
    }
  }

  /** How the model goes on with a prompt. */
  record Continuation(String prompt, String text) {}
}
