package dev.lorax.cli.report;

import dev.lorax.algebra.Spectrum;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Merge;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** What an adapter changes, module by module. */
public final class AdapterModules {
  private AdapterModules() {}

  /**
   * One adapted weight W.
   *
   * @param name the adapted node
   * @param rank r
   * @param alpha numerator of the scale alpha / r
   * @param effectiveRank how many singular values of B · A count
   * @param stableRank its squared norm as a multiple of the largest squared singular value
   * @param change Euclidean norm of what is added to W: of (alpha / r) · B · A, and of all that
   *     merging changes where the form is another, as in DoRA
   * @param weight Euclidean norm of W
   */
  public record Module(
      String name,
      int rank,
      double alpha,
      double effectiveRank,
      double stableRank,
      double change,
      double weight) {
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
    Lora lora = adapter.lora(node);
    Node target = adapter.target(node);
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      String name = target.parameter(target.op().parameters().get(0)); // the owner's if tied
      Tensor weight = base.parameters().weight(name).dense(DType.F32);
      Optional<Factors> plain = adapter.plain(node);
      Factors product = plain.orElseGet(() -> new Factors(adapter.a(node), adapter.b(node)));
      Spectrum spectrum = Spectrum.of(product, lora.scale());
      return new Module(
          target.name(),
          lora.rank(),
          lora.alpha(),
          spectrum.effectiveRank(),
          spectrum.stableRank(),
          plain.isPresent()
              ? spectrum.norm()
              : Merge.exact(base, adapter, node).get("weight").sub(weight).norm().item(),
          weight.norm().item());
    }
  }
}
