package dev.lorax;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Op;
import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gpt2;
import dev.lorax.model.GptNeoX;
import dev.lorax.model.Llama;
import dev.lorax.model.Mistral;
import dev.lorax.model.Qwen2;
import dev.lorax.model.Qwen3;
import dev.lorax.op.Activation;
import dev.lorax.op.Add;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.op.LayerNorm;
import dev.lorax.op.Multiply;
import dev.lorax.op.RopeScaling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Tiny models and random graphs, for tests. */
public final class Models {
  private Models() {}

  /** A GPT-2 of two blocks. */
  public static Gpt2 gpt2() {
    return new Gpt2(29, 16, 8, 2, 2, 12, Activation.GELU_NEW, 1e-5, true);
  }

  /** A Llama of two blocks with grouped heads. */
  public static Llama llama() {
    return new Llama(dimensions(2, 2, 1, 4, false), false, false);
  }

  /** A GPT-NeoX of two blocks. */
  public static GptNeoX gptNeoX() {
    return gptNeoX(2, 2, false, true);
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

  /** Architectures of every kind, their sizes and switches drawn at random. */
  public static Arbitrary<Architecture> architectures() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(1, 2),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false))
        .as(Models::architecture);
  }

  private static Architecture architecture(
      int kind, int layers, int groups, int keyValueHeads, boolean tied, boolean bias) {
    int heads = groups * keyValueHeads;
    Dimensions size = dimensions(layers, heads, keyValueHeads, 4, tied);
    OptionalInt window = bias ? OptionalInt.of(3) : OptionalInt.empty();
    return switch (kind) {
      case 0 -> new Gpt2(29, 16, 4 * heads, layers, heads, 12, Activation.GELU_NEW, 1e-5, tied);
      case 1 -> new Llama(size, bias, !bias);
      case 2 -> new Mistral(size, window);
      case 3 -> gptNeoX(layers, heads, tied, bias);
      case 4 -> new Qwen2(size, Collections.nCopies(layers, window));
      default -> new Qwen3(size, bias, Collections.nCopies(layers, window));
    };
  }

  private static GptNeoX gptNeoX(int layers, int heads, boolean tied, boolean bias) {
    return new GptNeoX(
        29,
        16,
        4 * heads,
        layers,
        heads,
        2,
        12,
        Activation.GELU,
        1e-5,
        10_000,
        new RopeScaling.Default(),
        !bias,
        bias,
        tied);
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
