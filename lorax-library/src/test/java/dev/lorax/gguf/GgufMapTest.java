package dev.lorax.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.Llama;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.op.RmsNorm;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The table of names runs both ways, for every architecture. */
class GgufMapTest {
  @Provide
  Arbitrary<Architecture> architectures() {
    return Models.architectures().filter(GgufMapTest::isKnown);
  }

  private static boolean isKnown(Architecture architecture) {
    try {
      return of(architecture) != null;
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }

  @Property(tries = 40)
  void everyParameterComesBackFromItsTensor(@ForAll("architectures") Architecture architecture) {
    GgufMap map = of(architecture);
    Graph graph = architecture.graph();
    try (Parameters values = Forward.filled(graph, DType.F32, 1);
        Scope scope = new Scope()) {
      for (String name : values.names()) {
        Source source = map.weights().source(name).orElseThrow();
        Tensor tensor = map.tensor(source.tensor(), values);
        assertThat(tensor.shape()).isEqualTo(map.shapes().get(source.tensor()));
        Tensor own = tensor.sub(Tensor.of(new float[] {offset(graph, name)}, 1));
        Tensor back = source.read(map.fromFile(source.tensor(), own));
        assertThat(Forward.difference(back.toFloats(), values.get(name).toFloats()))
            .as(name)
            .isLessThan(1e-6);
      }
    }
    Set<String> tensors = new HashSet<>(map.weights().byTensor().keySet());
    assertThat(map.shapes().keySet()).isEqualTo(tensors);
  }

  /** What norms that learn the distance from 1 are kept with. */
  private static float offset(Graph graph, String parameter) {
    return graph
        .node(WeightMap.module(parameter))
        .filter(node -> node.op() instanceof RmsNorm)
        .map(node -> (float) ((RmsNorm) node.op()).offset())
        .orElse(0f);
  }

  /** A head of four numbers: 0 1 2 3 become 0 2 1 3, as pairs that are rotated together. */
  @Example
  void rowsOfLlamasQueriesAndKeysAreInterleaved() {
    GgufMap map = of(Models.llama()); // two heads of width 4, one key-value head
    try (Scope scope = new Scope()) {
      Tensor rows = Tensor.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 8);
      Tensor moved = map.toFile("blk.1.attn_q.weight", rows);
      assertThat(moved.toFloats()).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
      Tensor matrix = Tensor.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 4, 2);
      assertThat(map.toFile("blk.0.attn_k.weight", matrix).toFloats())
          .containsExactly(0, 1, 4, 5, 2, 3, 6, 7);
      assertThat(map.toFile("blk.0.attn_v.weight", matrix)).isSameAs(matrix);
    }
  }

  @Example
  void biasesOfQueriesAndKeysAreInterleavedToo() {
    Llama plain = Models.llama();
    GgufMap map = of(new Llama(plain.size(), true, false));
    try (Scope scope = new Scope()) {
      Tensor rows = Tensor.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 8);
      assertThat(map.toFile("blk.1.attn_q.bias", rows).toFloats())
          .containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
    }
  }

  @Example
  void gpt2sQueriesKeysAndValuesAreOneTensor() {
    GgufMap map = of(Models.gpt2());
    assertThat(map.weights().byTensor().get("blk.0.attn_qkv.weight"))
        .containsExactly(
            "decoder.blocks.0.self_attention.query.weight",
            "decoder.blocks.0.self_attention.key.weight",
            "decoder.blocks.0.self_attention.value.weight");
    assertThat(map.shapes())
        .containsEntry("blk.0.attn_qkv.weight", Shape.of(24, 8))
        .containsEntry("position_embd.weight", Shape.of(16, 8))
        .containsKey("output_norm.bias")
        .doesNotContainKey("output.weight"); // tied
  }

  private static GgufMap of(Architecture architecture) {
    return GgufMap.of(architecture, architecture.graph());
  }

  @Example
  void unknownArchitecturesAreRefusedByName() {
    Architecture other =
        new Architecture() {
          @Override
          public Graph graph() {
            throw new AssertionError();
          }

          @Override
          public WeightMap weights() {
            throw new AssertionError();
          }

          @Override
          public int vocabulary() {
            return 1;
          }

          @Override
          public int context() {
            return 1;
          }
        };
    assertThatThrownBy(() -> GgufMap.of(other, Models.gpt2().graph()))
        .hasMessageContaining("cannot be written as GGUF");
  }
}
