package dev.lorax.cli.report;

import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;

/** What an adapter changes, module by module. */
public final class AdapterModules {
  private AdapterModules() {}

  /**
   * One adapted weight W.
   *
   * @param name the adapted node
   * @param rank r
   * @param alpha numerator of the scale alpha / r
   * @param change Euclidean norm of (alpha / r) · B · A
   * @param weight Euclidean norm of W
   */
  public record Module(String name, int rank, double alpha, double change, double weight) {
    /** The change as a share of the weight. */
    public double share() {
      return weight == 0 ? 0 : change / weight;
    }
  }

  /** The ends of the adapted names that all blocks share, each once. */
  public static List<String> names(Adapter adapter) {
    return adapter.nodes().stream()
        .map(lora -> adapter.target(lora).name().replaceFirst("^.*\\.\\d+\\.", ""))
        .distinct()
        .toList();
  }

  /** All modules with their norms, in topological order. */
  public static List<Module> of(Parameterized base, Adapter adapter) {
    return adapter.nodes().stream().map(lora -> module(base, adapter, lora)).toList();
  }

  private static Module module(Parameterized base, Adapter adapter, Node node) {
    Lora lora = (Lora) node.op();
    Node target = adapter.target(node);
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      double change = lora.scale() * productNorm(adapter.a(node), adapter.b(node));
      String name = target.parameter(target.op().parameters().get(0)); // the owner's if tied
      Tensor weight = base.parameters().get(name).to(DType.F32);
      return new Module(
          target.name(), lora.rank(), lora.alpha(), Math.abs(change), weight.norm().item());
    }
  }

  /** ‖BA‖ = √trace(BᵀB · AAᵀ): two products r by r, not one out by in. */
  private static double productNorm(Tensor a, Tensor b) {
    Tensor left = b.transpose(0, 1).to(DType.F64).matmul(b.to(DType.F64)); // [r, r]
    Tensor right = a.to(DType.F64).matmul(a.transpose(0, 1).to(DType.F64)); // [r, r]
    return Math.sqrt(Math.max(0, left.mul(right).sum().item()));
  }
}
