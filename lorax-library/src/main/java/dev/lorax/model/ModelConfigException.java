package dev.lorax.model;

/** Thrown where a config.json cannot be used; the message names file, field and remedy. */
public final class ModelConfigException extends RuntimeException {
  /** With that one-line message. */
  public ModelConfigException(String message) {
    super(message);
  }
}
