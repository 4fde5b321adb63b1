package dev.lorax.gguf;

import dev.lorax.gguf.GgufFamily.Trait;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.op.Attention;
import dev.lorax.op.RmsNorm;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a GGUF file of an architecture keeps each parameter.
 *
 * <p>Names are the same in all architectures, as ours are. Three things differ: some keep several
 * matrices below each other in one tensor; Llama's queries and keys are kept in another order of
 * rows; and norms that learn the distance from 1 are kept with it added. Hugging Face rotates
 * number {@code i} of a head with {@code i + head / 2}, and llama.cpp, for Llama and some others,
 * with its neighbour; so row {@code h} of the first half and row {@code h} of the second become
 * neighbours.
 *
 * @param architecture what llama.cpp calls it
 * @param weights which of its tensors holds which parameters
 * @param heads the number of heads of tensors whose rows are in llama.cpp's order
 * @param offsets what is added to tensors
 * @param shapes of the tensors, in the order in which files have them
 */
record GgufMap(
    String architecture,
    WeightMap weights,
    Map<String, Integer> heads,
    Map<String, Double> offsets,
    Map<String, Shape> shapes) {
  private static final String HEAD = "language_modeling_head.output";

  private static final Map<String, String> NODES =
      Map.ofEntries(
          Map.entry("embedder.token", "token_embd"),
          Map.entry("embedder.position", "position_embd"),
          Map.entry("self_attention.norm", "attn_norm"),
          Map.entry("self_attention.query", "attn_q"),
          Map.entry("self_attention.key", "attn_k"),
          Map.entry("self_attention.value", "attn_v"),
          Map.entry("self_attention.query_norm", "attn_q_norm"),
          Map.entry("self_attention.key_norm", "attn_k_norm"),
          Map.entry("self_attention.output", "attn_output"),
          Map.entry("self_attention.output_norm", "post_attention_norm"),
          Map.entry("ffn.norm", "ffn_norm"),
          Map.entry("ffn.gate", "ffn_gate"),
          Map.entry("ffn.up", "ffn_up"),
          Map.entry("ffn.down", "ffn_down"),
          Map.entry("ffn.output_norm", "post_ffw_norm"),
          Map.entry("decoder.norm", "output_norm"),
          Map.entry(HEAD, "output"));

  private static final Map<Trait, Fusion> FUSIONS =
      Map.of(
          Trait.FUSED_ATTENTION,
          new Fusion(
              "attn_qkv",
              List.of("self_attention.query", "self_attention.key", "self_attention.value")),
          Trait.FUSED_GATE,
          new Fusion("ffn_up", List.of("ffn.gate", "ffn.up")));

  private static final Pattern PARAMETER =
      Pattern.compile("(?:decoder\\.blocks\\.(\\d+)\\.)?(.+)\\.(weight|bias)");

  /** Nodes of a block whose matrices lie below each other in one tensor. */
  private record Fusion(String part, List<String> nodes) {}

  /** A parameter's name, taken apart: what stands before the node's in the block, and after it. */
  private record Name(String directory, String block, String node, String kind) {
    static Name of(String parameter) {
      Matcher match = PARAMETER.matcher(parameter);
      if (!match.matches() || !NODES.containsKey(match.group(2))) {
        throw new IllegalArgumentException("GGUF has no place for the parameter " + parameter);
      }
      String block = match.group(1) == null ? "" : "blk.%s.".formatted(match.group(1));
      return new Name(
          parameter.substring(0, match.start(2)), block, match.group(2), match.group(3));
    }

    String tensor(String part) {
      return block + part + "." + kind;
    }
  }

  /**
   * The table of an architecture.
   *
   * @param graph whose parameters are kept: the architecture's, or what merging made of it
   * @throws IllegalArgumentException if llama.cpp computes it otherwise, or not at all (named)
   */
  static GgufMap of(Architecture architecture, Graph graph) {
    GgufFamily<?> family = GgufFamily.of(architecture);
    Map<String, Shape> parameters = graph.parameters();
    requireHead(family, parameters);
    GgufMap map =
        new GgufMap(
            family.name(),
            weights(family, parameters),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>());
    map.weights
        .sources()
        .forEach(
            (name, source) ->
                map.shapes.put(source.tensor(), source.fileShape(parameters.get(name))));
    graph.order().forEach(node -> map.note(node, family.has(Trait.NEIGHBOURS)));
    return map;
  }

  private static void requireHead(GgufFamily<?> family, Map<String, Shape> parameters) {
    boolean own = parameters.containsKey(HEAD + ".weight");
    if (own && family.has(Trait.TIED_HEAD) || !own && family.has(Trait.OWN_HEAD)) {
      throw GgufFields.unsupported(
          own ? "an output head of its own" : "an output head that shares the embedding's table",
          own ? "one that shares the embedding's table" : "one of its own");
    }
  }

  private static WeightMap weights(GgufFamily<?> family, Map<String, Shape> parameters) {
    WeightMap.Builder weights = WeightMap.builder();
    parameters.forEach(
        (parameter, shape) -> {
          Name name = Name.of(parameter);
          Source source =
              family.traits().stream()
                  .flatMap(trait -> Optional.ofNullable(FUSIONS.get(trait)).stream())
                  .filter(fusion -> fusion.nodes().contains(name.node()))
                  .findFirst()
                  .map(fusion -> fused(fusion, name, parameters))
                  .orElseGet(() -> new Source.Whole(name.tensor(NODES.get(name.node()))));
          weights.put(parameter, source);
        });
    return weights.build();
  }

  private static Source fused(Fusion fusion, Name name, Map<String, Shape> parameters) {
    long first = 0;
    long count = 0;
    long total = 0;
    for (String node : fusion.nodes()) {
      long rows = parameters.get(name.directory() + node + "." + name.kind()).get(0);
      if (node.equals(name.node())) {
        first = total;
        count = rows;
      }
      total += rows;
    }
    return new Source.Rows(new Source.Whole(name.tensor(fusion.part())), first, count, total);
  }

  /** Notes what is done to the tensors of a node, or to those that an attention reads. */
  private void note(Node node, boolean neighbours) {
    if (node.op() instanceof RmsNorm norm && norm.offset() != 0) {
      put(offsets, node.name(), norm.offset());
    } else if (node.op() instanceof Attention mix && neighbours) {
      String part = WeightMap.module(node.name());
      put(heads, part + ".query", mix.heads());
      put(heads, part + ".key", mix.keyValueHeads());
    }
  }

  /** Puts a value for the weight of a node and, where it has one, its bias. */
  private <T> void put(Map<String, T> byTensor, String node, T value) {
    for (String kind : List.of(".weight", ".bias")) {
      weights.source(node + kind).ifPresent(source -> byTensor.put(source.tensor(), value));
    }
  }

  /** A tensor of the file, made of the parameters that it holds; lives in the open scope. */
  Tensor tensor(String name, Parameters parameters) {
    Tensor rows = toFile(name, weights.write(name, parameters));
    return offsets.containsKey(name) ? rows.to(DType.F32).add(offsets.get(name)) : rows;
  }

  /** Rows of a tensor, {@code [out, …]}, in llama.cpp's order. */
  Tensor toFile(String name, Tensor rows) {
    return reordered(name, rows, true);
  }

  /** Rows of a tensor in our order. */
  Tensor fromFile(String name, Tensor rows) {
    return reordered(name, rows, false);
  }

  private Tensor reordered(String name, Tensor rows, boolean toFile) {
    Integer count = heads.get(name);
    if (count == null) {
      return rows;
    }
    long half = rows.size(0) / count / 2;
    Tensor pairs = toFile ? rows.view(count, 2, half, -1) : rows.view(count, half, 2, -1);
    return pairs.transpose(1, 2).contiguous().view(rows.shape().toArray());
  }

  @Override
  public String toString() {
    return "%s (%d tensors)".formatted(architecture, shapes.size());
  }
}
