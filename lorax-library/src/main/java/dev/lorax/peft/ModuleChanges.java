package dev.lorax.peft;

import java.util.List;

/**
 * An adapter as what it does to modules of the checkpoint, for formats that know nothing else.
 *
 * <p>{@link ModuleTable} makes it of an adapter, and an adapter of it.
 *
 * @param list one for each module that is adapted
 * @param dropout in training
 */
public record ModuleChanges(List<ModuleChange> list, double dropout) {
  /** The same changes with one rank and one scale; exact but for the rounding of B. */
  public ModuleChanges uniform() {
    int rank = list.stream().mapToInt(change -> change.factors().rank()).max().orElse(0);
    boolean agree = list.stream().mapToDouble(ModuleChange::scale).distinct().count() == 1;
    double scale = agree ? list.get(0).scale() : 1;
    return scaled(scale).padded(rank);
  }

  /** The same changes with that scale. */
  public ModuleChanges scaled(double scale) {
    return new ModuleChanges(list.stream().map(change -> change.scaled(scale)).toList(), dropout);
  }

  private ModuleChanges padded(int rank) {
    return new ModuleChanges(list.stream().map(change -> change.padded(rank)).toList(), dropout);
  }

  /**
   * Checks that all are products alone.
   *
   * @param format which has no place for more, for messages
   * @throws IllegalArgumentException if there is DoRA
   */
  public ModuleChanges requirePlain(String format) {
    if (list.stream().anyMatch(change -> change.magnitude().isPresent())) {
      throw new IllegalArgumentException(
          "%s has no place for DoRA: merge the adapter instead".formatted(format));
    }
    return this;
  }
}
