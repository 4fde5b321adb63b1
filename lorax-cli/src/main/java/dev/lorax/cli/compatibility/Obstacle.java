package dev.lorax.cli.compatibility;

/**
 * Something that a program does not take as it is.
 *
 * @param what is the case
 * @param cure what to do about it
 */
public record Obstacle(String what, Remedy cure) {
  /** What to do about it. */
  public String remedy() {
    return cure.text();
  }
}
