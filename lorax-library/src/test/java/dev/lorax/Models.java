package dev.lorax;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Op;
import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gpt2;
import dev.lorax.model.GptBigCode;
import dev.lorax.model.GptJ;
import dev.lorax.model.GptNeoX;
import dev.lorax.model.Llama;
import dev.lorax.model.Mistral;
import dev.lorax.model.Opt;
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

  /** A GPT-J of two blocks. */
  public static GptJ gptJ() {
    return gptJ(2, 2, false);
  }

  /** A GPT-BigCode of two blocks. */
  public static GptBigCode gptBigCode() {
    return gptBigCode(2, 2, true);
  }

  /** An OPT of two blocks, its norms behind each part. */
  public static Opt opt() {
    return opt(2, 2, true, false);
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
            Arbitraries.integers().between(0, 8),
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
      case 4 -> gptJ(layers, heads, tied);
      case 5 -> gptBigCode(layers, heads, bias);
      case 6 -> opt(layers, heads, tied, bias);
      case 7 -> new Qwen2(size, Collections.nCopies(layers, window));
      default -> new Qwen3(size, bias, Collections.nCopies(layers, window));
    };
  }

  private static GptBigCode gptBigCode(int layers, int heads, boolean multiQuery) {
    Activation gelu = Activation.GELU_PYTORCH_TANH;
    return new GptBigCode(
        new Gpt2(29, 16, 4 * heads, layers, heads, 12, gelu, 1e-5, true), multiQuery);
  }

  private static Opt opt(int layers, int heads, boolean tied, boolean normsFirst) {
    int width = 4 * heads;
    int embedded = normsFirst ? width : 2;
    return new Opt(
        29,
        16,
        width,
        embedded,
        layers,
        heads,
        12,
        Activation.RELU,
        normsFirst,
        normsFirst,
        normsFirst,
        tied);
  }

  private static GptJ gptJ(int layers, int heads, boolean tied) {
    return new GptJ(29, 16, 4 * heads, layers, heads, 2, 12, Activation.GELU_NEW, 1e-5, tied);
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
