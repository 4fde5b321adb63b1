package dev.lorax.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.StubCall;
import dev.lorax.StubRecording;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Differentiable.Recorded;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Op;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adaptation;
import dev.lorax.lora.BiasedLora;
import dev.lorax.lora.Dropout;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Scaling;
import dev.lorax.lora.Start;
import dev.lorax.lora.TokenIds;
import dev.lorax.lora.TokenLogits;
import dev.lorax.lora.TokenRows;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradient of every formula equals the slope of its values, in float64. */
class GradientTest {
  private static final double TOLERANCE = 1e-7;
  private static final long[] ROWS = {5, 8};

  @Test
  void addAndMultiply() {
    check(new Add(), ROWS, ROWS);
    check(new Multiply(), ROWS, ROWS);
  }

  @ParameterizedTest
  @EnumSource
  void activation(Activation activation) {
    check(activation, ROWS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dense(boolean bias) {
    check(new Dense(8, 3, bias), ROWS);
  }

  @Test
  void layerNorm() {
    check(new LayerNorm(8, 1e-5), ROWS);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4, 2})
  void rmsNormOfRowsAndOfHeads(int width) {
    check(new RmsNorm(width, 1e-5), ROWS);
  }

  @Test
  void rmsNormWithAnOffset() {
    check(new RmsNorm(8, 1e-5, 1), ROWS);
  }

  @Test
  void scaleAndSoftCap() {
    check(new Scale(0.3), ROWS);
    check(new Scale(0.3, true), ROWS);
    check(new SoftCap(0.7), ROWS);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 4, 2})
  void rotaryOfOneHeadAndOfMany(int head) {
    check(new Rotary(head), ROWS, new long[] {5, head});
  }

  @ParameterizedTest
  @EnumSource
  void rotaryOfSomeNumbersOfAHead(Rotary.Pairs pairs) {
    check(new Rotary(8, 4, pairs), ROWS, new long[] {5, 4});
    check(new Rotary(4, 4, pairs), ROWS, new long[] {5, 4});
  }

  @Test
  void attention() {
    check(new Attention(2, 2, 4), Sequences.uniform(1, 5), ROWS, ROWS, ROWS);
  }

  @Test
  void attentionOfManySequences() {
    long[] rows = {6, 8};
    check(new Attention(2, 2, 4), Sequences.uniform(2, 3), rows, rows, rows);
  }

  @Test
  void attentionOfSequencesOfDifferentLengths() {
    check(new Attention(2, 2, 4), Sequences.of(3, 1, 1), ROWS, ROWS, ROWS);
  }

  @Test
  void attentionWithGroupedHeads() {
    long[] narrow = {5, 4};
    check(new Attention(4, 2, 2), Sequences.uniform(1, 5), ROWS, narrow, narrow);
    check(new Attention(4, 1, 2), Sequences.of(2, 3), ROWS, new long[] {5, 2}, new long[] {5, 2});
  }

  @Test
  void attentionWithAWindow() {
    Attention windowed = new Attention(2, 2, 4, OptionalInt.of(2), 0.5);
    check(windowed, Sequences.uniform(1, 5), ROWS, ROWS, ROWS);
    check(windowed, Sequences.of(4, 1), ROWS, ROWS, ROWS);
  }

  @Test
  void attentionToBothSides() {
    check(Attention.bidirectional(2, 4), Sequences.uniform(1, 5), ROWS, ROWS, ROWS);
    check(Attention.bidirectional(2, 4), Sequences.of(4, 1), ROWS, ROWS, ROWS);
  }

  @Test
  void attentionWithCappedScores() {
    Attention capped = new Attention(4, 2, 2, OptionalInt.of(3), 0.9, 0.8);
    long[] narrow = {5, 4};
    check(capped, Sequences.uniform(1, 5), ROWS, narrow, narrow);
    check(capped, Sequences.of(4, 1), ROWS, narrow, narrow);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void routing(boolean renormalised) {
    check(new Routing(2, renormalised), ROWS);
  }

  /** Expert 2 gets no token. */
  @Test
  void dispatchToExperts() {
    Supplier<Tensor> weights =
        () -> Tensor.of(new double[] {.4, .6, 0, 1, 0, 0, 0, 1, 0, .3, .7, 0, 0, .5, 0}, 5, 3);
    for (int expert = 0; expert < 3; expert++) {
      ExpertDispatch dispatch = new ExpertDispatch(expert);
      check(dispatch, () -> List.of(weights.get()), Map.of(), Sequences.of(5), ROWS);
    }
  }

  /** From the router's logits and the tokens to the sum, with experts that double their rows. */
  @Test
  void mixtureOfExperts() {
    double found =
        FiniteDifferences.largest(
            leaves -> {
              Tensor weights = new Routing(2, true).apply(call(leaves.subList(0, 1), Map.of()));
              List<Tensor> inputs = new ArrayList<>(List.of(weights));
              for (int expert = 0; expert < 6; expert++) {
                List<Tensor> seen = List.of(leaves.get(1), weights);
                Tensor rows = new ExpertDispatch(expert).apply(call(seen, Map.of()));
                inputs.add(rows.mul(1 + expert));
              }
              return new ExpertCombine(6, 8).apply(call(inputs, Map.of()));
            },
            new long[] {5, 6},
            ROWS);
    assertThat(found).isLessThan(1e-6);
  }

  @Test
  void embedding() {
    check(new Embedding(7, 3), () -> List.of(ids(1, 4, 4, 0)), Sequences.of(4));
  }

  @Test
  void typeEmbedding() {
    Map<String, Supplier<Tensor>> feeds = Map.of(TypeEmbedding.TYPES, () -> ids(0, 0, 1, 1));
    check(new TypeEmbedding(2, 3), List::of, feeds, Sequences.of(4));
    check(new TypeEmbedding(2, 3), List::of, Map.of(), Sequences.of(4));
  }

  @Test
  void positionEmbedding() {
    check(new PositionEmbedding(7, 3, 2), () -> List.of(ids(1, 4, 4, 6)), Sequences.of(4));
  }

  @Test
  void selectedRows() {
    Map<String, Supplier<Tensor>> feeds = Map.of(SelectRows.ROWS, () -> ids(0, 3, 3));
    check(new SelectRows(), List::of, feeds, Sequences.of(5), ROWS);
    check(new SelectRows(), ROWS);
  }

  @Test
  void embeddingNoise() {
    check(new EmbeddingNoise(5), Sequences.of(3, 2), ROWS);
  }

  @Test
  void lora() {
    check(lora(new Dense(8, 3, true), 2, 0, Optional.empty()), new long[] {5, 3}, ROWS);
  }

  @Test
  void loraWithDropout() {
    check(lora(new Dense(8, 3, true), 2, 0.5, Optional.empty()), new long[] {5, 3}, ROWS);
  }

  @Test
  void loraWithABias() {
    BiasedLora biased = new BiasedLora(lora(new Dense(8, 3, true), 2, 0, Optional.empty()));
    check(biased, new long[] {5, 3}, ROWS);
  }

  @Test
  void trainedRowsOfTokens() {
    Supplier<List<Tensor>> ids = () -> List.of(ids(1, 4, 4, 0));
    TokenRows rows = new TokenRows(new Embedding(7, 3), TokenIds.of(4, 2, 0));
    check(rows, ids, Map.of(), Sequences.of(4), new long[] {4, 3});
  }

  @Test
  void logitsByTrainedRowsOfTokens() {
    TokenIds tokens = TokenIds.of(4, 2);
    check(new TokenLogits(new Dense(8, 7, false), tokens, "rows"), new long[] {5, 7}, ROWS);
  }

  @Test
  void loraOfALookup() {
    Lora lora = lora(new Embedding(7, 3), 2, 0, Optional.empty());
    double found =
        FiniteDifferences.largest(
            leaves ->
                lora.apply(
                    call(
                        List.of(leaves.get(0), ids(1, 4, 4, 0)),
                        Map.of("a", leaves.get(1), "b", leaves.get(2)))),
            new long[] {4, 3},
            new long[] {2, 7},
            new long[] {3, 2});
    assertThat(found).isLessThan(TOLERANCE);
  }

  @Test
  void aSharedAGathersTheGradientsOfAllItsUsers() {
    Lora owner = lora(new Dense(8, 3, false), 2, 0, Optional.empty());
    Lora user = lora(new Dense(8, 3, false), 2, 0, Optional.of("owner.lora.a"));
    double found =
        FiniteDifferences.largest(
            leaves -> {
              List<Tensor> inputs = leaves.subList(0, 2);
              Tensor a = leaves.get(2);
              Tensor first = owner.apply(call(inputs, Map.of("a", a, "b", leaves.get(3))));
              return first.mul(user.apply(call(inputs, Map.of("a", a, "b", leaves.get(4)))));
            },
            new long[] {5, 3},
            ROWS,
            new long[] {2, 8},
            new long[] {3, 2},
            new long[] {3, 2});
    assertThat(found).isLessThan(1e-5); // products of large sums
  }

  private static void check(Op op, long[]... inputs) {
    check(op, Sequences.of((int) inputs[0][0]), inputs);
  }

  private static void check(Op op, Sequences sequences, long[]... inputs) {
    check(op, List::of, Map.of(), sequences, inputs);
  }

  private static void check(Op op, Supplier<List<Tensor>> ids, Sequences sequences) {
    check(op, ids, Map.of(), sequences);
  }

  /** Inputs first, then the op's parameters, all of them leaves. */
  private static void check(
      Op op,
      Supplier<List<Tensor>> ids,
      Map<String, Supplier<Tensor>> feeds,
      Sequences sequences,
      long[]... inputs) {
    List<long[]> shapes = new ArrayList<>(List.of(inputs));
    op.parameters().forEach(spec -> shapes.add(spec.shape().toArray()));
    double found =
        FiniteDifferences.largest(
            leaves -> {
              List<Tensor> values = new ArrayList<>(leaves.subList(0, inputs.length));
              values.addAll(ids.get());
              Map<String, Tensor> parameters = new HashMap<>();
              int next = inputs.length;
              for (ParameterSpec spec : op.parameters()) {
                parameters.put(spec.name(), leaves.get(next++));
              }
              Map<String, Tensor> fed = new HashMap<>();
              feeds.forEach((name, value) -> fed.put(name, value.get()));
              Mode mode = Mode.training(1, 2);
              return op.apply(new StubCall(values, parameters, fed, sequences, mode));
            },
            shapes.toArray(long[][]::new));
    assertThat(found).isLessThan(TOLERANCE);
    if (op instanceof Differentiable known) {
      requirePullback(known, ids, feeds, sequences, inputs.length, shapes);
    }
  }

  /** What the op itself says of its derivative equals what the engine finds. */
  private static void requirePullback(
      Differentiable op,
      Supplier<List<Tensor>> ids,
      Map<String, Supplier<Tensor>> feeds,
      Sequences sequences,
      int inputs,
      List<long[]> shapes) {
    try (Scope scope = new Scope()) {
      List<Tensor> values = new ArrayList<>();
      for (int i = 0; i < inputs; i++) {
        values.add(Tensor.normal(DType.F64, 1, 30 + i, shapes.get(i)));
      }
      List<Tensor> leaves = List.copyOf(values);
      values.addAll(ids.get());
      Map<String, Tensor> parameters = new HashMap<>();
      for (int i = inputs; i < shapes.size(); i++) {
        String name = op.parameters().get(i - inputs).name();
        parameters.put(name, Tensor.normal(DType.F64, 1, 30 + i, shapes.get(i)));
      }
      Map<String, Tensor> fed = new HashMap<>();
      feeds.forEach((name, value) -> fed.put(name, value.get()));
      StubRecording call =
          new StubRecording(
              new StubCall(values, parameters, fed, sequences, Mode.training(1, 2)),
              op instanceof Adaptation);
      if (!op.serves(call.trained())) {
        return;
      }
      Tensor weights;
      Tensor[] own;
      try (Gradients off = Gradients.off()) {
        Recorded recorded = op.record(call);
        weights = Tensor.normal(DType.F64, 1, 5, recorded.value().shape().toArray());
        own = recorded.pullback().apply(weights);
      }
      leaves.forEach(Tensor::requireGradient);
      call.trained().forEach(name -> parameters.get(name).requireGradient());
      try (Gradients on = Gradients.on()) {
        op.apply(call.call()).mul(weights).sum().backward();
      }
      try (Gradients off = Gradients.off()) {
        for (int i = 0; i < inputs; i++) {
          if (i == 0 || !(op instanceof Rotary)) { // which has none for its angles
            Tensor expected = leaves.get(i).gradient();
            boolean isNone = own[i] == null; // as an expert without tokens says
            requireEqual(isNone ? expected.mul(0) : own[i], expected);
          }
        }
        call.learned()
            .forEach((name, found) -> requireEqual(found, parameters.get(name).gradient()));
        assertThat(call.learned().keySet()).isEqualTo(call.trained());
      }
    }
  }

  private static void requireEqual(Tensor found, Tensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    assertThat(found.sub(expected).abs().max().item()).isLessThan(1e-10);
  }

  private static StubCall call(List<Tensor> inputs, Map<String, Tensor> parameters) {
    Sequences sequences = Sequences.of((int) inputs.get(0).size(0));
    return new StubCall(inputs, parameters, Map.of(), sequences, Mode.inference());
  }

  private static Tensor ids(long... ids) {
    return Tensor.of(ids, ids.length);
  }

  private static Lora lora(Linear target, int rank, double dropout, Optional<String> sharedA) {
    Dropout dropped = new Dropout(dropout, OptionalLong.empty());
    return new Lora(target, rank, Scaling.of(3), dropped, Start.KAIMING, sharedA);
  }
}
