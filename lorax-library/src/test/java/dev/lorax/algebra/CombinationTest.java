package dev.lorax.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CombinationTest {
  private static final CombinationOptions HALF = CombinationOptions.density(0.5);

  /** A change of one output, its B being 1. */
  private static Term term(double weight, float... numbers) {
    Tensor a = Tensor.of(numbers, 1, numbers.length);
    return new Term(new Factors(a, Tensor.of(new float[] {1}, 1, 1)), 1, weight);
  }

  private static float[] product(String name, CombinationOptions options, Term... terms) {
    Combination combination = Combination.named(name, options);
    return combination.factors(List.of(terms), 1, 7).product().toFloats();
  }

  private static Term[] three() {
    return new Term[] {term(0.5, 6, -1, 3, 0), term(1, -2.5f, 5, 2, 1), term(2, -3, -4, 1, 0)};
  }

  /** Expected values are PEFT's own. */
  @Test
  void tiesIsTheMeanOfThoseThatHaveTheElectedSign() {
    try (Scope scope = new Scope()) {
      assertThat(product("ties_svd", HALF, three()))
          .containsExactly(new float[] {3, 5, 1.5f, 0}, within(1e-5f));
      assertThat(product("ties_svd", HALF.majority(MajoritySign.FREQUENCY), three()))
          .containsExactly(new float[] {-4.25f, 5, 1.5f, 0}, within(1e-5f));
    }
  }

  @Test
  void pruningKeepsTheLargestWhateverTheirSign() {
    try (Scope scope = new Scope()) {
      assertThat(product("magnitude_prune_svd", HALF, three()))
          .containsExactly(new float[] {-5.5f, -3, 1.5f, 0}, within(1e-5f));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dare_linear,linear",
    "dare_linear_svd,svd",
    "dare_ties,ties",
    "dare_ties_svd,ties_svd"
  })
  void keepingAllIsNoPruning(String pruned, String plain) {
    try (Scope scope = new Scope()) {
      CombinationOptions all = CombinationOptions.density(1);
      CombinationOptions other = plain.startsWith("ties") ? all : CombinationOptions.NONE;
      assertThat(product(pruned, all, three()))
          .containsExactly(product(plain, other, three()), within(1e-5f));
    }
  }

  @Test
  void dareKeepsAShareAndTheMean() {
    float[] ones = new float[20_000];
    Arrays.fill(ones, 1);
    try (Scope scope = new Scope()) {
      Combination dare = Combination.named("dare_linear", CombinationOptions.density(0.25));
      float[] drawn = dare.factors(List.of(term(1, ones)), 1, 7).a().toFloats();
      double kept = IntStream.range(0, drawn.length).filter(i -> drawn[i] != 0).count();
      assertThat(kept / ones.length).isCloseTo(0.25, within(0.02));
      assertThat(drawn).containsOnly(0f, 4f);
      assertThat(dare.factors(List.of(term(1, ones)), 1, 7).a().toFloats()).isEqualTo(drawn);
      assertThat(dare.factors(List.of(term(1, ones)), 1, 8).a().toFloats()).isNotEqualTo(drawn);
    }
  }

  @Test
  void anAdapterLessItselfIsNothing() {
    Graph graph = Models.llama().graph();
    try (Adapter one = adapter(graph, 2, 5, 1);
        Adapter none =
            Combination.named("cat", CombinationOptions.NONE)
                .of(List.of(new Weighted("one", one, 0.3), new Weighted("one", one, -0.3)));
        Scope scope = new Scope()) {
      assertThat(none.nodes()).hasSize(4);
      for (Node node : none.nodes()) {
        assertThat(none.lora(node).rank()).isEqualTo(4);
        assertThat(none.plain(node).orElseThrow().product().abs().max().item()).isLessThan(1e-6);
      }
    }
  }

  @Test
  void theSumOfAllRanksIsTheExactSum() {
    Graph graph = Models.llama().graph();
    try (Parameters base = Forward.filled(graph, DType.F32, 1);
        Adapter one = adapter(graph, 2, 5, 1);
        Adapter two = adapter(graph, 3, 7, 2)) {
      List<Weighted> members = List.of(new Weighted("one", one, 0.3), new Weighted("two", two, -2));
      try (Adapter cat = Combination.named("cat", CombinationOptions.NONE).of(members);
          Adapter svd = Combination.named("svd", CombinationOptions.NONE.rank(5)).of(members);
          Adapter cut = Combination.named("svd", CombinationOptions.NONE).of(members)) {
        float[] wanted = logits(cat, base);
        assertThat(Forward.difference(logits(svd, base), wanted)).isLessThan(1e-4);
        assertThat(Forward.difference(logits(cut, base), wanted)).isGreaterThan(1e-3);
        assertThat(cut.lora(cut.nodes().get(0)).rank()).isEqualTo(3);
      }
    }
  }

  private static float[] logits(Adapter adapter, Parameters base) {
    return Forward.logits(adapter.graph(), base.and(adapter.parameters()), 3, 1, 4, 1, 5);
  }

  @Test
  void whatCannotBeCombinedIsRefusedInOneLine() {
    Graph graph = Models.llama().graph();
    try (Adapter two = adapter(graph, 2, 5, 1);
        Adapter three = adapter(graph, 3, 5, 1);
        Adapter other = adapter(Models.gpt2().graph(), 2, 5, 1)) {
      refuses(() -> named("linear").of(List.of()), "A combination needs at least one adapter");
      refuses(
          () -> named("linear").of(List.of(new Weighted("a", two, 1), new Weighted("b", three, 1))),
          "In decoder.blocks.0.self_attention.query adapters of ranks [2, 3] cannot be added");
      refuses(
          () -> named("cat").of(List.of(new Weighted("a", two, 1), new Weighted("b", other, 1))),
          "Adapters 'a' and 'b' were made for different graphs");
      refuses(
          () -> named("sum"), "There is no combination 'sum': known are linear, cat, svd, ties");
      refuses(() -> named("ties"), "ties needs a density");
      refuses(() -> Combination.named("svd", HALF), "svd takes no density");
      refuses(
          () -> Combination.named("linear", CombinationOptions.NONE.rank(3)),
          "linear takes no rank");
      refuses(
          () -> Combination.named("dare_linear", HALF.majority(MajoritySign.TOTAL)),
          "dare_linear takes no way to elect a sign");
      refuses(() -> CombinationOptions.density(1.5), "The density must be above 0 and at most 1");
      refuses(
          () -> new Weighted("a", two, Double.NaN), "The weight of 'a' must be a finite number");
    }
  }

  private static Combination named(String name) {
    return Combination.named(name, CombinationOptions.NONE);
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }

  /** Of queries and values, whose B is no longer zero. */
  static Adapter adapter(Graph graph, int rank, double alpha, long seed) {
    LoraConfig config = LoraConfig.builder().rank(rank).alpha(alpha).build();
    return Trained.filled(Lorax.inject(graph, config), seed);
  }
}
