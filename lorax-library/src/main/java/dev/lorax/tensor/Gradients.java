package dev.lorax.tensor;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;

/**
 * Switches the recording of gradients on or off for this thread until closed.
 *
 * <p>Use platform threads: the switch belongs to the carrier of a virtual thread, not to the
 * virtual thread itself.
 */
public final class Gradients implements AutoCloseable {
  private final AutoGradMode mode;

  private Gradients(boolean recorded) {
    Engine.start();
    mode = new AutoGradMode(recorded);
    mode.retainReference(); // not the enclosing scope's: its destructor restores the old mode
  }

  /** Nothing is recorded: inference, optimiser steps, loading. */
  public static Gradients off() {
    return new Gradients(false);
  }

  /** Operations on tensors that require gradients are recorded. */
  public static Gradients on() {
    return new Gradients(true);
  }

  /** Whether operations are recorded on this thread. */
  public static boolean areOn() {
    return GradMode.is_enabled();
  }

  @Override
  public void close() {
    mode.deallocate();
  }
}
