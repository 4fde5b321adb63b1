package dev.lorax;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Op;
import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gpt2;
import dev.lorax.model.Llama;
import dev.lorax.model.ModelConfig;
import dev.lorax.op.Activation;
import dev.lorax.op.Add;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.op.LayerNorm;
import dev.lorax.op.Multiply;
import dev.lorax.op.RopeScaling;
import dev.lorax.parity.Fixture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Tiny models and random graphs, for tests. */
public final class Models {
  private static final Set<String> LAYERS = Set.of("num_hidden_layers", "n_layer");
  private static final Set<String> EACH_LAYER = Set.of("layer_types", "no_rope_layers");
  private static final Set<String> SWITCHES =
      Set.of(
          "attention_bias",
          "do_layer_norm_before",
          "mlp_bias",
          "multi_query",
          "norm_topk_prob",
          "tie_word_embeddings",
          "use_parallel_residual");
  private static final List<JsonNode> DECODERS = configs(Fixture.all());
  private static final List<JsonNode> CLASSIFIERS = configs(Fixture.classifiers());

  private Models() {}

  /** A GPT-2 of two blocks. */
  public static Gpt2 gpt2() {
    return new Gpt2(29, 16, 8, 2, 2, 12, Activation.GELU_NEW, 1e-5, true);
  }

  /** A Llama of two blocks with grouped heads. */
  public static Llama llama() {
    return new Llama(dimensions(2, 2, 1, 4, false), false, false);
  }

  /** Dimensions with a width of all heads together. */
  public static Dimensions dimensions(
      int layers, int heads, int keyValueHeads, int head, boolean tied) {
    return new Dimensions(
        29,
        16,
        heads * head,
        layers,
        heads,
        keyValueHeads,
        head,
        12,
        Activation.SILU,
        1e-5,
        10_000,
        new RopeScaling.Default(),
        tied);
  }

  /** One decoder for each type that the parity fixtures have, as its fixture describes it. */
  public static List<Architecture> ofFixtures() {
    return DECODERS.stream().map(Models::architecture).toList();
  }

  /** The same and classifiers, their layers and switches drawn at random. */
  public static Arbitrary<Architecture> architectures() {
    return Combinators.combine(
            Arbitraries.of(Stream.concat(DECODERS.stream(), CLASSIFIERS.stream()).toList()),
            Arbitraries.integers().between(1, 3),
            Arbitraries.longs())
        .as((config, layers, seed) -> architecture(changed(config, layers, new Random(seed))));
  }

  private static List<JsonNode> configs(List<Fixture> fixtures) {
    Map<String, JsonNode> byType = new TreeMap<>();
    fixtures.stream()
        .map(fixture -> fixture.json("config.json"))
        .forEach(config -> byType.putIfAbsent(config.get("model_type").textValue(), config));
    return List.copyOf(byType.values());
  }

  private static JsonNode changed(JsonNode config, int layers, Random random) {
    ObjectNode changed = config.deepCopy();
    for (Map.Entry<String, JsonNode> field : config.properties()) {
      JsonNode value = field.getValue();
      if (LAYERS.contains(field.getKey())) {
        changed.put(field.getKey(), layers);
      } else if (SWITCHES.contains(field.getKey())) {
        changed.put(field.getKey(), random.nextBoolean());
      } else if (EACH_LAYER.contains(field.getKey()) && value.isArray()) {
        ArrayNode each = changed.putArray(field.getKey());
        IntStream.range(0, layers).forEach(i -> each.add(value.get(i % value.size())));
      }
    }
    return changed;
  }

  private static Architecture architecture(JsonNode config) {
    return Architecture.of(ModelConfig.parse(config.toString(), "changed config.json"));
  }

  /** Graphs without meaning: any ops, any inputs, ids in any order. */
  public static Arbitrary<Graph> graphs() {
    return Combinators.combine(Arbitraries.integers().between(1, 30), Arbitraries.longs())
        .as((size, seed) -> graph(size, new Random(seed)));
  }

  private static Graph graph(int size, Random random) {
    List<Integer> ids = new ArrayList<>(IntStream.range(0, size).map(i -> 3 * i).boxed().toList());
    Collections.shuffle(ids, random);
    String[] ends = {"query", "key", "value", "output", "up"};
    SortedMap<Integer, Node> nodes = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      String name = "blocks.%d.%s".formatted(i, ends[random.nextInt(ends.length)]);
      List<Integer> inputs = new ArrayList<>();
      for (int j = 0; j < (i == 0 ? 0 : 1 + random.nextInt(2)); j++) {
        inputs.add(ids.get(random.nextInt(i)));
      }
      nodes.put(ids.get(i), new Node(ids.get(i), name, op(random, inputs), inputs));
    }
    return new Graph(nodes, ids.get(random.nextInt(size)));
  }

  private static Op op(Random random, List<Integer> inputs) {
    if (inputs.isEmpty()) {
      return Input.TOKENS;
    }
    int in = 2 + random.nextInt(7);
    int out = 2 + random.nextInt(7);
    return switch (random.nextInt(6)) {
      case 0 -> new Embedding(in, out);
      case 1 -> new Add();
      case 2 -> new Multiply();
      case 3 -> new LayerNorm(in, 1e-5);
      default -> new Dense(in, out, random.nextBoolean());
    };
  }
}
