package dev.lorax.cli.bench;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Seeds;
import dev.lorax.op.Dense;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The types that a base's weights can be kept in; a new one is added here. */
enum WeightType {
  F32(DType.F32, null),
  BF16(DType.BF16, null),
  INT8(DType.BF16, Precision.INT8),
  INT4(DType.BF16, Precision.INT4),
  NF4(DType.BF16, Precision.NF4);

  /** The type that products are computed in, which sets the matrix rate. */
  private final DType products;

  private final Precision precision; // of matrices; null: as the products

  WeightType(DType products, Precision precision) {
    this.products = products;
    this.precision = precision;
  }

  static WeightType parse(String name) {
    return Arrays.stream(values())
        .filter(type -> type.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    "--dtype %s is unknown: give one of %s"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(WeightType::toString)
                                .collect(Collectors.joining(", ")))));
  }

  /** What most weights of an open checkpoint are kept in. */
  static WeightType of(Parameters parameters) {
    return parse(parameters.format());
  }

  DType products() {
    return products;
  }

  /** A checkpoint with its weights in this type. */
  Checkpoint open(Path folder) {
    return precision == null
        ? Checkpoint.open(folder, products)
        : Checkpoint.open(folder, precision);
  }

  /**
   * First values for all parameters of a graph, in this type: matrices normal with deviation 0.02,
   * norms one, biases zero. Never holds more than one of them in float32.
   */
  Parameters random(Graph graph, long seed) {
    Map<String, Weight> values = new LinkedHashMap<>();
    Set<String> matrices = precision == null ? Set.of() : Dense.matrices(graph);
    for (Node node : graph.order()) {
      for (ParameterSpec spec : node.op().parameters()) {
        if (spec.tiedTo().isEmpty()) {
          String name = node.parameter(spec);
          Tensor plain = value(spec, Seeds.mix(seed, name.hashCode()));
          values.put(name, matrices.contains(name) ? precision.replace(plain) : plain);
        }
      }
    }
    return Parameters.ofWeights(values);
  }

  private Tensor value(ParameterSpec spec, long seed) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return scope.release(spec.initializer().create(spec.shape(), seed).to(products).handle());
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
