package dev.lorax.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gpt2;
import dev.lorax.model.Llama;
import dev.lorax.op.Activation;
import dev.lorax.op.Dense;
import dev.lorax.op.EmbeddingNoise;
import dev.lorax.op.RopeScaling;
import dev.lorax.tensor.CrossEntropy;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Neftune;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The runner's own way back against what the engine finds by recording everything: in float64,
 * where they differ by a wrong derivative alone, and in float32, which has paths of its own. There
 * both add up in other orders: over 4,500 random models, gradients differed by up to 2.2e-5 of the
 * largest of their parameter.
 */
class BackpropagationTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};
  private static final int[] ROWS = {0, 2, 3, 6, 7, 11};
  private static final List<DType> TYPES = List.of(DType.F32, DType.F64);
  private static final Sequences RAGGED = Sequences.of(5, 3, 4);
  private static final Sequences UNIFORM = Sequences.uniform(3, 4);

  @Provide
  Arbitrary<Architecture> architectures() {
    return Models.architectures();
  }

  @Property(tries = 25)
  void gradientsOfAnAdapterEqualTheEngines(
      @ForAll("architectures") Architecture architecture, @ForAll boolean ragged) {
    for (DType type : TYPES) {
      try (Case one = Case.adapted(architecture, type, 0.3)) {
        one.requireEnginesGradients(pass(ragged ? RAGGED : UNIFORM));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ofFixtures")
  void gradientsOfAnAdapterOfEveryArchitectureEqualTheEngines(Architecture architecture) {
    try (Case one = Case.adapted(architecture, DType.F64, 0.3)) {
      one.requireEnginesGradients(pass(RAGGED));
    }
  }

  static List<Architecture> ofFixtures() {
    return Models.ofFixtures();
  }

  @Property(tries = 10)
  void gradientsOfAllParametersEqualTheEngines(
      @ForAll("architectures") Architecture architecture, @ForAll boolean ragged) {
    for (DType type : TYPES) {
      try (Case one = Case.whole(architecture, type)) {
        one.requireEnginesGradients(pass(ragged ? RAGGED : UNIFORM));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ofFixtures")
  void computingTwiceChangesNoBit(Architecture architecture) {
    try (Case one = Case.adapted(architecture, DType.F32, 0.3)) {
      Result kept = one.own(pass(RAGGED), Recomputation.NONE);
      for (double share : new double[] {0.4, 1}) {
        Result again = one.own(pass(RAGGED), new Recomputation(share));
        assertThat(again.value()).isEqualTo(kept.value());
        kept.gradients()
            .forEach((name, own) -> assertThat(again.gradients().get(name)).isEqualTo(own));
      }
    }
  }

  /** Values of a megabyte and more are lent, where memory is short. */
  @Test
  void lentMemoryChangesNoBit() {
    Llama wide =
        new Llama(
            new Dimensions(
                29,
                320,
                512,
                2,
                4,
                2,
                128,
                1024,
                Activation.SILU,
                1e-5,
                10_000,
                new RopeScaling.Default(),
                false),
            false,
            false);
    int[] tokens = new Random(4).ints(640, 0, 29).toArray();
    Pass pass = Pass.of(tokens, Sequences.uniform(2, 320)).in(Mode.training(7, 3));
    try (Case one = Case.adapted(wide, DType.F32, 0.3)) {
      Result kept = one.own(pass, Recomputation.NONE);
      for (double share : new double[] {0.01, 1}) {
        Result lent = one.own(pass, new Recomputation(share));
        assertThat(lent.value()).isEqualTo(kept.value());
        kept.gradients()
            .forEach((name, own) -> assertThat(lent.gradients().get(name)).isEqualTo(own));
      }
    }
  }

  @Test
  void onlyWhatTheWayBackReadsIsComputedTwice() {
    try (Case one = Case.adapted(Models.llama(), DType.F32, 0)) {
      Map<String, Integer> values = new HashMap<>();
      Graph graph =
          one.graph.insertAfter(
              node -> node.op() instanceof Lora,
              (node, moved) ->
                  new Node(
                      node.id(),
                      node.name() + ".counted",
                      new Counted(node.name(), values),
                      List.of(moved.id())));
      new Case(graph, one.all, one.trained, one.base).own(pass(UNIFORM), Recomputation.ALL);
      String block = "decoder.blocks.1.";
      assertThat(values)
          .containsEntry(block + "ffn.up.lora", 2)
          .containsEntry(block + "ffn.down.lora", 1)
          .containsEntry(block + "self_attention.value.lora", 2)
          .containsEntry(block + "self_attention.output.lora", 1);
    }
  }

  /** The same value, counting how often it is asked for. */
  private record Counted(String node, Map<String, Integer> values) implements Differentiable {
    @Override
    public Tensor apply(Call call) {
      values.merge(node, 1, Integer::sum);
      return call.input(0);
    }

    @Override
    public Recorded record(Recording call) {
      return new Recorded(apply(call), retrace(call));
    }

    @Override
    public Pullback retrace(Recording call) {
      return gradient -> new Tensor[] {gradient};
    }
  }

  @Test
  void logitsInPartsGiveTheGradientsOfTheWhole() {
    Gpt2 wide = new Gpt2(50_257, 150, 8, 1, 2, 12, Activation.GELU_NEW, 1e-5, true);
    int[] tokens = new Random(4).ints(300, 0, 50_257).toArray(); // more rows than fit into a part
    Pass pass = Pass.of(tokens, Sequences.uniform(2, 150)).in(Mode.training(7, 3));
    for (DType type : TYPES) {
      try (Case one = Case.adapted(wide, type, 0)) {
        one.requireEnginesGradients(pass);
      }
    }
  }

  @Test
  void aLossThatIsNotANumberIsReturnedAndNotFollowedBack() {
    try (Case one = Case.adapted(Models.gpt2(), DType.F32, 0)) {
      Tensor weight = one.all.get("decoder.norm.weight");
      weight.mulInPlace(Double.NaN);
      Result result = one.own(pass(UNIFORM), Recomputation.NONE);
      assertThat(result.value()).isNaN();
      result.gradients().keySet().stream()
          .filter(name -> name.startsWith("decoder."))
          .forEach(name -> assertThat(result.gradients().get(name)).containsOnly(0));
    }
  }

  @Test
  void noiseOnFrozenEmbeddingsIsNotGoneBackOver() {
    try (Case one = Case.adapted(Models.gpt2(), DType.F32, 0)) {
      Plan plan = new Plan(new Neftune(5).apply(one.graph), one.all);
      Trained trained = new Trained(plan, one.trained.asMap());
      int noise = 0;
      while (!(plan.node(noise).op() instanceof EmbeddingNoise)) {
        noise++;
      }
      assertThat(trained.reaches(noise)).isFalse();
      assertThat(trained.reaches(plan.size() - 1)).isTrue();
    }
  }

  private static Pass pass(Sequences sequences) {
    return Pass.of(TOKENS, sequences).rows(ROWS).in(Mode.training(7, 3));
  }

  private record Result(double value, Map<String, double[]> gradients) {}

  /** A graph, its parameters, and those of them that are trained. */
  private record Case(Graph graph, Parameters all, Parameters trained, Parameters base)
      implements AutoCloseable {
    static Case adapted(Architecture architecture, DType type, double dropout) {
      Graph graph = architecture.graph();
      LoraConfig config =
          LoraConfig.builder()
              .rank(2)
              .dropout(dropout)
              .targets(node -> node.op() instanceof Dense)
              .build();
      Adapter adapter = Adapter.initial(Lorax.inject(graph, config), 2);
      adapter.nodes().forEach(node -> adapter.b(node).addInPlace(0.1));
      Parameters base = Forward.filled(graph, type, 1);
      Parameters trained = in(type, adapter.parameters());
      return new Case(adapter.graph(), base.and(trained), trained, base);
    }

    static Case whole(Architecture architecture, DType type) {
      Graph graph = architecture.graph();
      Parameters base = Forward.filled(graph, type, 1);
      return new Case(graph, base, base, base);
    }

    private static Parameters in(DType type, Parameters values) {
      Map<String, Tensor> converted = new LinkedHashMap<>();
      try (values;
          Scope scope = new Scope()) {
        values
            .asMap()
            .forEach((name, value) -> converted.put(name, scope.release(value.to(type).copy())));
      }
      return Parameters.of(converted);
    }

    private DType type() {
      return trained.asMap().values().iterator().next().dtype();
    }

    void requireEnginesGradients(Pass pass) {
      Result own = own(pass, Recomputation.NONE);
      Result engine = engine(pass);
      boolean isExact = type() == DType.F64;
      double room = isExact ? 1e-12 : 1e-5;
      assertThat(own.value()).isCloseTo(engine.value(), within(room * Math.abs(engine.value())));
      double steepest =
          engine.gradients().values().stream()
              .flatMapToDouble(all -> IntStream.range(0, all.length).mapToDouble(i -> all[i]))
              .map(Math::abs)
              .max()
              .orElseThrow();
      engine
          .gradients()
          .forEach(
              (name, expected) -> {
                double[] found = own.gradients().get(name);
                double largest = 0.01 * steepest;
                for (double value : expected) {
                  largest = Math.max(largest, Math.abs(value));
                }
                for (int i = 0; i < expected.length; i++) {
                  assertThat(found[i])
                      .as(name)
                      .isCloseTo(expected[i], within((isExact ? 1e-10 : 1e-4) * largest));
                }
              });
    }

    Result own(Pass pass, Recomputation memory) {
      try (Scope scope = new Scope()) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        trained
            .asMap()
            .forEach(
                (name, value) ->
                    gradients.put(name, Tensor.zeros(type(), value.shape().toArray())));
        double value;
        try (Backpropagation way = new Backpropagation(graph, all, gradients, memory)) {
          value = way.run(pass, new Loss(pass));
        }
        Map<String, double[]> values = new LinkedHashMap<>();
        gradients.forEach((name, gradient) -> values.put(name, gradient.toDoubles()));
        return new Result(value, values);
      }
    }

    /** Zeros where the engine has none: an expert that no token went to. */
    private static double[] gradient(Tensor value) {
      Tensor found = value.gradient();
      return found == null ? new double[(int) value.shape().size()] : found.toDoubles();
    }

    private Result engine(Pass pass) {
      trained.asMap().values().forEach(Tensor::requireGradient);
      try (Scope scope = new Scope();
          Gradients on = Gradients.on()) {
        Tensor logits = new Session(graph, all).run(pass, scope);
        Loss objective = new Loss(pass);
        Tensor targets = objective.targets(0, objective.rows());
        Tensor loss = Kernels.crossEntropySum(logits, targets);
        loss.backward();
        Map<String, double[]> values = new LinkedHashMap<>();
        trained.asMap().forEach((name, value) -> values.put(name, gradient(value)));
        return new Result(loss.item(), values);
      } finally {
        trained.asMap().values().forEach(Tensor::forgetGradient);
      }
    }

    @Override
    public void close() {
      base.close();
      if (trained != base) {
        trained.close();
      }
    }
  }

  /** Some target for every row whose logits are wanted, small enough for classifiers. */
  private record Loss(Pass pass) implements Objective {
    int rows() {
      return pass.rows().map(rows -> rows.length).orElse(pass.tokens().length);
    }

    Tensor targets(int first, int count) {
      int[] rows = pass.rows().orElseGet(() -> IntStream.range(0, rows()).toArray());
      long[] targets =
          IntStream.range(first, first + count)
              .mapToLong(i -> pass.tokens()[rows[i]] % 3)
              .toArray();
      return Tensor.of(targets, count);
    }

    @Override
    public double value(Tensor rows, int first) {
      return CrossEntropy.PLAIN.sum(rows, targets(first, (int) rows.size(0)));
    }

    @Override
    public double slope(Tensor rows, int first) {
      return CrossEntropy.PLAIN.slope(rows, targets(first, (int) rows.size(0)), 1);
    }
  }
}
