package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The formulas on the heap are the engine's. */
class StepKernelsTest {
  private final Scope scope = new Scope();

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void vectorsAreOnInTheseTests() {
    assertThat(VectorUnit.isOn()).as(VectorUnit.description()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 37, 768})
  void normsAreTheEngines(int width) {
    Tensor x = Tensor.normal(DType.F32, 3, 1, 3, width).add(1);
    Tensor weight = Tensor.normal(DType.F32, 1, 2, width);
    Tensor bias = Tensor.normal(DType.F32, 1, 3, width);
    Rows y = like(x);
    StepKernels.layerNorm(rows(x), weight.toFloats(), bias.toFloats(), 1e-5, y);
    assertSame(y, Kernels.layerNorm(x, weight, bias, 1e-5), 2e-5);
    StepKernels.rmsNorm(rows(x), weight.toFloats(), 1e-5, y);
    assertSame(y, Kernels.rmsNorm(x, weight, 1e-5), 2e-6);
  }

  @Test
  void activationsAreTheEngines() {
    float[] all = new float[2001];
    IntStream.range(0, all.length).forEach(i -> all[i] = (i - 1000) / 40f);
    Tensor x = Tensor.of(all, 3, 667);
    check(x, StepKernels::silu, Kernels::silu);
    check(x, StepKernels::geluTanh, Kernels::geluTanh);
    check(x, StepKernels::gelu, Kernels::gelu);
    check(x, StepKernels::relu, Kernels::relu);
    check(x, StepKernels::tanh, Kernels::tanh);
    check(x, (from, to) -> StepKernels.softCap(from, 3, to), row -> Kernels.softCap(row, 3));
    check(x, (from, to) -> StepKernels.scale(from, 3, to), row -> row.mul(3));
  }

  @Test
  void activationsOfHugeNumbersAndNanAreWhatTheyShould() {
    Rows x = Rows.of(new float[] {-1e30f, 1e30f, Float.NaN}, 1, 3);
    Rows y = new Rows().resize(1, 3);
    StepKernels.silu(x, y);
    assertThat(y.values()[0]).isCloseTo(0, within(1e-6f));
    assertThat(y.values()[1]).isEqualTo(1e30f);
    assertThat(y.values()[2]).isNaN();
    StepKernels.gelu(x, y);
    assertThat(y.values()).startsWith(-0f, 1e30f, Float.NaN);
  }

  private static void check(Tensor x, BiConsumer<Rows, Rows> heap, UnaryOperator<Tensor> engine) {
    Rows y = like(x);
    heap.accept(rows(x), y);
    assertSame(y, engine.apply(x), 1e-6);
  }

  @ParameterizedTest
  @CsvSource({
    "BF16, 1, 70, 64",
    "BF16, 2, 70, 62",
    "BF16, 3, 70, 62",
    "BF16, 3, 700, 768",
    "F32, 3, 700, 768",
    "BF16, 4, 70, 130",
    "BF16, 8, 67, 768",
    "F32, 1, 70, 65",
    "F32, 3, 1, 31",
    "F32, 5, 70, 130",
    "F32, 8, 67, 768"
  })
  void productsAreTheEngines(DType type, int tokens, int out, int in) {
    Tensor weight = Tensor.normal(DType.F32, 1, 4, out, in).to(type);
    Tensor x = Tensor.normal(DType.F32, 1, 5, tokens, in);
    Rows y = new Rows().resize(tokens, out);
    RowProduct.multiply(rows(x), List.of(weight.forRows().orElseThrow()), List.of(y));
    Tensor exact = x.to(DType.F64).matmul(weight.to(DType.F64).transpose(0, 1));
    assertSame(y, exact, 1e-6 * in);
  }

  @ParameterizedTest
  @CsvSource({"F32, 1, 70", "F32, 5, 200", "BF16, 1, 70", "BF16, 8, 200"})
  void productsOfNormalFloatsAreThoseOfTheirPlainValues(DType type, int tokens, int out) {
    Weight weight = Precision.NF4.quantize(Tensor.normal(DType.F32, 1, 4, out, 192).to(type));
    Tensor x = Tensor.normal(DType.F32, 1, 5, tokens, 192);
    Rows y = new Rows().resize(tokens, out);
    RowProduct.multiply(rows(x), List.of(weight.forRows().orElseThrow()), List.of(y));
    Tensor plain = weight.dense(type).to(DType.F64);
    assertSame(y, x.to(DType.F64).matmul(plain.transpose(0, 1)), 2e-4);
  }

  /** Heights that end within a block of rows, all forms of a matrix, some tokens. */
  @ParameterizedTest
  @CsvSource({"1", "2", "5"})
  void productsTogetherAreThoseAlone(int tokens) {
    Tensor x = Tensor.normal(DType.F32, 1, 5, tokens, 128);
    Tensor matrix = Tensor.normal(DType.F32, 1, 4, 150, 128);
    List<RowProduct> products =
        Stream.of(
                matrix.narrow(0, 0, 70).to(DType.BF16),
                Precision.INT8.quantize(matrix.narrow(0, 0, 149)),
                matrix.narrow(0, 3, 1).contiguous(),
                Precision.INT4.quantize(matrix),
                Precision.INT4.quantize(matrix.narrow(0, 0, 33)),
                Precision.NF4.quantize(matrix),
                Precision.NF4.quantize(matrix.narrow(0, 0, 33).to(DType.BF16)))
            .map(weight -> weight.forRows().orElseThrow())
            .toList();
    List<Rows> alone = new ArrayList<>();
    List<Rows> together = new ArrayList<>();
    for (RowProduct product : products) {
      alone.add(new Rows().resize(tokens, product.out()));
      together.add(new Rows().resize(tokens, product.out()));
      RowProduct.multiply(rows(x), List.of(product), List.of(alone.get(alone.size() - 1)));
    }
    RowProduct.multiply(rows(x), products, together);
    for (int i = 0; i < products.size(); i++) {
      assertThat(together.get(i).values()).containsExactly(alone.get(i).values(), within(1e-4f));
    }
  }

  @Test
  void rowsOfATableAreLookedUp() {
    Tensor table = Tensor.normal(DType.F32, 1, 6, 9, 10).to(DType.BF16);
    Rows y = new Rows().resize(2, 10);
    table.forRows().orElseThrow().lookup(new int[] {8, 0}, y);
    assertSame(y, Tensor.cat(0, table.narrow(0, 8, 1), table.narrow(0, 0, 1)), 0);
  }

  /** Lengths around the blocks, a window that cuts, heads that share keys. */
  @ParameterizedTest
  @CsvSource({
    "1, 1000, 1, 24",
    "63, 1000, 2, 24",
    "64, 1000, 1, 24",
    "65, 7, 2, 24",
    "100, 64, 4, 24",
    "65, 1000, 3, 64",
    "128, 50, 2, 64",
    "100, 7, 5, 128"
  })
  void attentionIsTheEngines(int length, int window, int sharing, int head) {
    int groups = 2;
    Tensor k = Tensor.normal(DType.F32, 1, 7, groups, length, head);
    Tensor v = Tensor.normal(DType.F32, 1, 8, groups, length, head);
    Tensor q = Tensor.normal(DType.F32, 1, 9, 1, groups * sharing * head);
    Tensor keys = Tensor.zeros(DType.F32, 1, groups, head, 128);
    Tensor values = Tensor.zeros(DType.F32, 1, groups, 128, head);
    keys.narrow(3, 0, length).copyInPlace(k.transpose(1, 2).view(1, groups, head, length));
    values.narrow(2, 0, length).copyInPlace(v.view(1, groups, length, head));
    HeldRows.Memory memory = new HeldRows.Memory(Span.of(keys, 0), Span.of(values, 0));
    StepAttention steps =
        new StepAttention(groups * sharing, sharing, head, window, 0.3f, Float.POSITIVE_INFINITY);
    Rows y = like(q);
    HeldRows held = new HeldRows(List.of(memory), 128, new int[] {length});
    steps.mix(rows(q), held, new float[steps.scratch(1, 128)], y);
    Tensor queries = q.view(1, groups * sharing, 1, head);
    Tensor oldKeys = k.view(1, groups, length, head);
    Tensor oldValues = v.view(1, groups, length, head);
    Tensor mask = Kernels.slidingMask(1, length, window);
    Tensor mixed = Kernels.attention(queries, oldKeys, oldValues, mask, false, 0.3f);
    assertSame(y, mixed.view(1, -1), 1e-5);
    StepAttention capped = new StepAttention(groups * sharing, sharing, head, window, 0.3f, 0.8f);
    capped.mix(rows(q), held, new float[capped.scratch(1, 128)], y);
    Tensor bounded = Kernels.cappedAttention(queries, oldKeys, oldValues, mask, 0.3f, 0.8f);
    assertSame(y, bounded.view(1, -1), 1e-5);
  }

  private static Rows rows(Tensor x) {
    return Rows.of(x.toFloats(), (int) x.size(0), (int) x.size(1));
  }

  private static Rows like(Tensor x) {
    return new Rows().resize((int) x.size(0), (int) x.size(1));
  }

  private static void assertSame(Rows found, Tensor expected, double tolerance) {
    double[] wanted = expected.toDoubles();
    for (int i = 0; i < wanted.length; i++) {
      double allowed = tolerance * (1 + Math.abs(wanted[i]));
      assertThat((double) found.values()[i]).isCloseTo(wanted[i], within(allowed + 1e-9));
    }
  }
}
