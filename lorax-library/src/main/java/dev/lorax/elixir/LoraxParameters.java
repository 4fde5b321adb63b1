package dev.lorax.elixir;

import static dev.lorax.checkpoint.CheckpointException.quote;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code .lorax} file holds: an A and a B for each layer that the Elixir package injected.
 *
 * <pre>
 * since 0.2   lora_decoder.blocks.0.self_attention.query     lora_down [r, in], lora_up [out, r]
 * before      lora_0, lora_1, lora_2, … of all adapted       lora_a [r, in], lora_b [out, r]
 *             layers in the order of the model: query, key
 *             and value of block 0, then those of block 1
 * </pre>
 *
 * <p>The names are Bumblebee's, and those here but for {@code ffn.intermediate} and {@code
 * ffn.output}, which are {@code ffn.up} and {@code ffn.down}. The random states of dropout layers,
 * which such files hold too, are left out.
 */
public final class LoraxParameters {
  private static final String PREFIX = "lora_";
  private static final Pattern NUMBERED = Pattern.compile("lora_(0|[1-9]\\d{0,5})");
  private static final int MOST_FAULTS = 20;

  private final Path file;
  private final Map<String, LoraLayer> layers;

  private LoraxParameters(Path file, Map<String, LoraLayer> layers) {
    this.file = file;
    this.layers = layers;
  }

  /**
   * Reads a file into the heap.
   *
   * @throws CheckpointException if it is cut, damaged, or holds anything but LoRA layers of dense
   *     ones
   */
  public static LoraxParameters read(Path file) {
    Map<String, LoraLayer> layers = new LinkedHashMap<>();
    NxFile.read(file)
        .forEach(
            (name, tensors) -> {
              if (!tensors.keySet().equals(Set.of("key"))) { // a dropout's random state
                layers.put(name, layer(file, name, tensors));
              }
            });
    if (layers.isEmpty()) {
      throw new CheckpointException(file, "holds no LoRA layer: filter the trained parameters");
    }
    return new LoraxParameters(file, Collections.unmodifiableMap(layers));
  }

  private static LoraLayer layer(Path file, String name, Map<String, NxTensor> tensors) {
    NxTensor a = tensors.getOrDefault("lora_down", tensors.get("lora_a"));
    NxTensor b = tensors.getOrDefault("lora_up", tensors.get("lora_b"));
    if (tensors.size() != 2 || a == null || b == null || !name.startsWith(PREFIX)) {
      String what = "its layer %s is none of LoRA: leave out the base with Lorax.Params.filter";
      throw new CheckpointException(file, what.formatted(quote(name)));
    }
    if (!a.isMatrix() || !b.isMatrix() || a.shape().get(0) != b.shape().get(1)) {
      String what = "its layer %s has A %s and B %s, where matrices [r, in] and [out, r] are read";
      throw new CheckpointException(file, what.formatted(quote(name), a, b));
    }
    return new LoraLayer(a, b);
  }

  /** The layers by the names that the file gives them. */
  public Map<String, LoraLayer> layers() {
    return layers;
  }

  /**
   * The layers by the names of the nodes that they adapt.
   *
   * @param adapted the names of all adapted nodes, in the order of the model
   * @throws CheckpointException if the file does not hold a layer for each of them and no other;
   *     the message lists them
   */
  public Map<String, LoraLayer> of(List<String> adapted) {
    List<LoraLayer> numbered = numbered();
    return numbered.isEmpty() ? named(adapted) : counted(adapted, numbered);
  }

  /** The rank of the first layer. */
  int rank() {
    return (int) layers.values().iterator().next().shapeOfA().get(0);
  }

  /**
   * The nodes that it adapts, as far as the graph has them.
   *
   * @throws CheckpointException if it has none of them, or the layers have numbers and are neither
   *     two nor three a block
   */
  List<String> targets(Graph graph) {
    List<String> names =
        numbered().isEmpty()
            ? layers.keySet().stream().map(LoraxParameters::node).toList()
            : counted(graph);
    List<String> known = names.stream().filter(name -> graph.node(name).isPresent()).toList();
    if (known.isEmpty()) {
      String what = "adapts %s and the like, which this model has not: it is of another base model";
      throw new CheckpointException(file, what.formatted(quote(names.get(0))));
    }
    return known;
  }

  /** By their number alone: query and value of every block, or key as well. */
  private List<String> counted(Graph graph) {
    Map<String, List<String>> byPart =
        graph.order().stream().collect(groupingBy(Node::lastName, mapping(Node::name, toList())));
    List<String> found = new ArrayList<>();
    for (String part : List.of("query", "value", "key")) {
      found.addAll(byPart.getOrDefault(part, List.of()));
      if (found.size() == layers.size() && !part.equals("query")) {
        return found;
      }
    }
    String what =
        "adapts %d layers, of which it tells the number alone: two or three of each block (query,"
            + " value, key) are read; name the targets with ElixirAdapter.read";
    throw new CheckpointException(file, what.formatted(layers.size()));
  }

  /** The layers in the order of their numbers; empty if they have names. */
  private List<LoraLayer> numbered() {
    LoraLayer[] sorted = new LoraLayer[layers.size()];
    for (String name : layers.keySet()) {
      Matcher matcher = NUMBERED.matcher(name);
      if (!matcher.matches() || Integer.parseInt(matcher.group(1)) >= sorted.length) {
        return List.of();
      }
      sorted[Integer.parseInt(matcher.group(1))] = layers.get(name);
    }
    return List.of(sorted);
  }

  private Map<String, LoraLayer> counted(List<String> adapted, List<LoraLayer> numbered) {
    if (numbered.size() != adapted.size()) {
      String what =
          "adapts %d layers where %d are targeted: target those of its training, of which it tells"
              + " the number alone";
      throw new CheckpointException(file, what.formatted(numbered.size(), adapted.size()));
    }
    Map<String, LoraLayer> found = new LinkedHashMap<>();
    for (int i = 0; i < numbered.size(); i++) {
      found.put(adapted.get(i), numbered.get(i));
    }
    return found;
  }

  private Map<String, LoraLayer> named(List<String> adapted) {
    List<String> faults = new ArrayList<>();
    Map<String, LoraLayer> byNode = new LinkedHashMap<>();
    layers.forEach(
        (name, layer) -> {
          if (byNode.put(node(name), layer) != null) {
            faults.add(quote(node(name)) + " is there twice");
          }
        });
    Set<String> leftOver = new LinkedHashSet<>(byNode.keySet());
    for (String node : adapted) {
      if (!leftOver.remove(node)) {
        faults.add(node + " is missing");
      }
    }
    leftOver.forEach(node -> faults.add(quote(node) + " is left over"));
    if (!faults.isEmpty()) {
      throw unfit(faults);
    }
    return byNode;
  }

  private CheckpointException unfit(List<String> faults) {
    int shown = Math.min(faults.size(), MOST_FAULTS);
    String more = faults.size() > shown ? "; and %d more".formatted(faults.size() - shown) : "";
    String listed = String.join("; ", faults.subList(0, shown)) + more;
    return new CheckpointException(
        file, "does not fit the targets, which are to be those of its training: " + listed);
  }

  /** Our name for a layer of Bumblebee's. */
  private static String node(String layer) {
    return layer
        .substring(PREFIX.length())
        .replaceFirst("\\.ffn\\.intermediate$", ".ffn.up")
        .replaceFirst("\\.ffn\\.output$", ".ffn.down");
  }
}
