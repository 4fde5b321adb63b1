package dev.lorax.cli.training;

import dev.lorax.train.Step;

/** Sees a run while it happens. */
public interface Observer {
  /** After every optimiser step. */
  default void stepped(Step step) {}

  /** After every measurement on the held-out text. */
  default void measured(Measure measure) {}

  /** Nothing more will come. */
  default void ended() {}
}
