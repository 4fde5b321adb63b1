package dev.lorax.lora;

/**
 * A with the directions in which the inputs vary most, B zero (EVA, Paischer et al. 2024): {@code
 * dev.lorax.eva.Eva} finds them in data, and shares the ranks out among the nodes.
 *
 * @param rho how many times its share a node's rank may become; 1: every node keeps its rank
 */
public record EvaStart(double rho) implements Start {
  /** With PEFT's default, 2. */
  public EvaStart() {
    this(2);
  }

  /** Checks the factor. */
  public EvaStart {
    if (!(rho >= 1) || Double.isInfinite(rho)) {
      throw new IllegalArgumentException("rho must be at least 1, not " + rho);
    }
  }

  @Override
  public Factors factors(Lora op, Beginning beginning) {
    throw new IllegalArgumentException(
        "EVA begins with data: use Eva.adapter(base, config, batches, seed)");
  }

  @Override
  public String toString() {
    return "eva";
  }
}
