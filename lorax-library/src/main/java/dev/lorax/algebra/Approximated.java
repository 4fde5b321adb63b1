package dev.lorax.algebra;

import dev.lorax.lora.Adapter;
import java.util.List;

/**
 * A plain adapter made to stand for a change. Close it when done.
 *
 * @param adapter the adapter
 * @param modules how well it does, in topological order
 * @param left full names of parameters whose change is not in it
 */
public record Approximated(Adapter adapter, List<Approximation> modules, List<String> left)
    implements AutoCloseable {
  /** Copies the lists. */
  public Approximated {
    modules = List.copyOf(modules);
    left = List.copyOf(left);
  }

  /** The share that is lost of the change of all modules together. */
  public double lostShare() {
    double norm = modules.stream().mapToDouble(module -> Math.pow(module.norm(), 2)).sum();
    double lost = modules.stream().mapToDouble(module -> Math.pow(module.lost(), 2)).sum();
    return norm == 0 ? 0 : Math.sqrt(lost / norm);
  }

  @Override
  public void close() {
    adapter.close();
  }
}
