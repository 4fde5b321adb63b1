package dev.lorax.model;

/** An architecture whose sizes are {@link Dimensions}. */
interface Sized extends Architecture {
  /** Its sizes. */
  Dimensions size();

  @Override
  default int vocabulary() {
    return size().vocabulary();
  }

  @Override
  default int context() {
    return size().context();
  }
}
