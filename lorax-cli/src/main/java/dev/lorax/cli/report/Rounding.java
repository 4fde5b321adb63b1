package dev.lorax.cli.report;

import dev.lorax.lora.Merge;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;

/**
 * How much of an adapter's change is lost when merged weights are rounded.
 *
 * @param modules how many weights were merged
 * @param worst the largest share lost of a weight's change
 * @param worstModule where that was
 * @param mean the mean share
 */
public record Rounding(int modules, double worst, String worstModule, double mean) {
  /** The loss of rounding a merge in f32 to a type. */
  public static Rounding of(Merge merge, DType type) {
    double worst = -1;
    double sum = 0;
    String where = "";
    for (Merge.Change change : merge.changes()) {
      double error = change.rounding() + error(merge, change.node() + ".weight", type);
      double share = change.change() == 0 ? 0 : error / change.change();
      sum += share;
      if (share > worst) {
        worst = share;
        where = change.node();
      }
    }
    int modules = merge.changes().size();
    return new Rounding(modules, Math.max(0, worst), where, modules == 0 ? 0 : sum / modules);
  }

  private static double error(Merge merge, String name, DType type) {
    if (type == DType.F32) {
      return 0;
    }
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor exact = merge.parameters().get(name);
      return exact.to(type).to(DType.F32).sub(exact).norm().item();
    }
  }
}
