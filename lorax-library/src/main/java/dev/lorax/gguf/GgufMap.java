package dev.lorax.gguf;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gpt2;
import dev.lorax.model.Llama;
import dev.lorax.model.Mistral;
import dev.lorax.model.Qwen2;
import dev.lorax.model.Qwen3;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a GGUF file of an architecture keeps each parameter.
 *
 * <p>Names are the same in all architectures, as ours are. Two things differ: GPT-2's query, key
 * and value lie below each other in one tensor, and Llama's queries and keys are kept in another
 * order of rows. Hugging Face rotates number {@code i} of a head with {@code i + head / 2}, and
 * llama.cpp, for this architecture alone, with its neighbour; so row {@code h} of the first half
 * and row {@code h} of the second become neighbours.
 *
 * @param architecture what llama.cpp calls it
 * @param weights which of its tensors holds which parameters
 * @param heads the number of heads of tensors whose rows are in llama.cpp's order
 * @param shapes of the tensors, in the order in which files have them
 */
record GgufMap(
    String architecture, WeightMap weights, Map<String, Integer> heads, Map<String, Shape> shapes) {
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
          Map.entry("ffn.norm", "ffn_norm"),
          Map.entry("ffn.gate", "ffn_gate"),
          Map.entry("ffn.up", "ffn_up"),
          Map.entry("ffn.down", "ffn_down"),
          Map.entry("decoder.norm", "output_norm"),
          Map.entry("language_modeling_head.output", "output"));

  private static final Pattern PARAMETER =
      Pattern.compile("(?:decoder\\.blocks\\.(\\d+)\\.)?(.+)\\.(weight|bias)");
  private static final List<String> FUSED = List.of("attn_q", "attn_k", "attn_v");

  /**
   * The table of an architecture.
   *
   * @param graph whose parameters are kept: the architecture's, or what merging made of it
   * @throws IllegalArgumentException if llama.cpp computes it otherwise, or not at all (named)
   */
  static GgufMap of(Architecture architecture, Graph graph) {
    if (architecture instanceof Gpt2) {
      return table("gpt2", graph, true, Map.of());
    }
    if (architecture instanceof Llama llama) {
      return rotated(graph, llama.size());
    }
    if (architecture instanceof Mistral mistral) {
      return rotated(graph, mistral.size());
    }
    if (architecture instanceof Qwen2) {
      return table("qwen2", graph, false, Map.of());
    }
    if (architecture instanceof Qwen3) {
      return table("qwen3", graph, false, Map.of());
    }
    throw new IllegalArgumentException(
        ("Models of kind %s cannot be written as GGUF yet:"
                + " known are Gpt2, Llama, Mistral, Qwen2, Qwen3")
            .formatted(architecture.getClass().getSimpleName()));
  }

  private static GgufMap rotated(Graph graph, Dimensions size) {
    Map<String, Integer> heads = Map.of("attn_q", size.heads(), "attn_k", size.keyValueHeads());
    return table("llama", graph, false, heads);
  }

  /** The name of a tensor, taken apart: block ("" or "blk.3."), part and kind of parameter. */
  private record Name(String block, String part, String kind) {
    static Name of(String parameter) {
      Matcher match = PARAMETER.matcher(parameter);
      String part = match.matches() ? NODES.get(match.group(2)) : null;
      if (part == null) {
        throw new IllegalArgumentException("GGUF has no place for the parameter " + parameter);
      }
      String block = match.group(1) == null ? "" : "blk.%s.".formatted(match.group(1));
      return new Name(block, part, match.group(3));
    }

    String tensor() {
      return block + part + "." + kind;
    }

    String fused() {
      return block + "attn_qkv." + kind;
    }
  }

  private static GgufMap table(
      String name, Graph graph, boolean fused, Map<String, Integer> rotated) {
    Map<String, Shape> parameters = graph.parameters();
    WeightMap.Builder weights = WeightMap.builder();
    Map<String, Integer> heads = new LinkedHashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters.forEach(
        (parameter, shape) -> {
          Name place = Name.of(parameter);
          int row = fused ? FUSED.indexOf(place.part()) : -1;
          Source source =
              row < 0
                  ? new Source.Whole(place.tensor())
                  : new Source.Rows( // query, key and value of equal height
                      new Source.Whole(place.fused()),
                      row * shape.get(0),
                      shape.get(0),
                      FUSED.size() * shape.get(0));
          weights.put(parameter, source);
          shapes.put(source.tensor(), source.fileShape(shape));
          if (rotated.containsKey(place.part())) {
            heads.put(place.tensor(), rotated.get(place.part()));
          }
        });
    return new GgufMap(name, weights.build(), heads, shapes);
  }

  /** A tensor of the file, made of the parameters that it holds; lives in the open scope. */
  Tensor tensor(String name, Parameters parameters) {
    return toFile(name, weights.write(name, parameters));
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
