package dev.lorax.cli.compatibility;

/**
 * What to do about an obstacle.
 *
 * @param kind how much it takes
 * @param text what to do
 */
record Remedy(Kind kind, String text) {
  /** From the least to the most. */
  enum Kind {
    OPTION,
    CONVERSION,
    NONE
  }

  /** The adapter is of no use there; the model that it makes may be. */
  static final Remedy MERGE =
      new Remedy(Kind.NONE, "'lorax merge' makes a model of it that needs no adapter");

  /** The program is to be started with an option. */
  static Remedy option(String option) {
    return new Remedy(Kind.OPTION, "start it with " + option);
  }

  /** Another form of the adapter. */
  static Remedy export(String target) {
    return new Remedy(Kind.CONVERSION, "'lorax export --to %s'".formatted(target));
  }

  /** As it goes on after "loads". */
  String condition() {
    return (kind == Kind.OPTION ? "if you " : "after ") + text;
  }
}
