package dev.lorax.cli.doctor;

import java.util.Locale;

/** How much a diagnosis matters. */
public enum Severity {
  /** The run cannot begin, or would learn nothing of use. */
  ERROR,
  /** The run will end, but most probably not as it was meant. */
  WARNING,
  /** Good to know. */
  NOTE,
  /** Looked at, and right. */
  OK;

  /** As people and files read it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
