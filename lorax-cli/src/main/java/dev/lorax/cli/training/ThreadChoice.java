package dev.lorax.cli.training;

/**
 * How many threads compute.
 *
 * @param count of them
 * @param reason for people
 */
public record ThreadChoice(int count, String reason) {
  /** As many as asked for, or one a core. */
  public static ThreadChoice here(Integer asked) {
    return of(asked, Processor.here(), Runtime.getRuntime().availableProcessors());
  }

  /** As many as a run that goes on had before. */
  public static ThreadChoice resumed(int before) {
    return fixed(before, "as in the run before", Runtime.getRuntime().availableProcessors());
  }

  private static ThreadChoice fixed(int count, String reason, int available) {
    String warning =
        count > available ? ", more than the %d that run at once here".formatted(available) : "";
    return new ThreadChoice(count, reason + warning);
  }

  /**
   * One a core unless a number is given: two hyperthreads share one core's units for products.
   *
   * @param asked by the user; null: nothing
   * @param available processors that this process may keep busy, by affinity and quota
   */
  static ThreadChoice of(Integer asked, Processor processor, int available) {
    if (asked != null) {
      return fixed(asked, "as --threads says", available);
    }
    int cores = processor.cores();
    if (cores == 0) {
      return new ThreadChoice(available, "one a processor");
    }
    if (cores > available) {
      return new ThreadChoice(available, "what this process may use of %d cores".formatted(cores));
    }
    return new ThreadChoice(
        cores,
        processor.threads() > cores
            ? "one a core, of %d hyperthreads".formatted(processor.threads())
            : "one a core");
  }

  /** One line. */
  @Override
  public String toString() {
    return "%d thread%s: %s".formatted(count, count == 1 ? "" : "s", reason);
  }
}
