package dev.lorax.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Models;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The weight map of every architecture runs both ways. */
class WeightMapLawTest {
  @Provide
  Arbitrary<Architecture> architectures() {
    return Models.architectures();
  }

  @Property
  void everyParameterHasASourceAndEverySourceAParameter(
      @ForAll("architectures") Architecture architecture) {
    assertThat(architecture.weights().sources().keySet())
        .containsExactlyInAnyOrderElementsOf(architecture.graph().parameters().keySet());
  }

  @Property
  void everyTensorOfTheFileIsFilledToItsLastRow(
      @ForAll("architectures") Architecture architecture) {
    Map<String, Shape> parameters = architecture.graph().parameters();
    WeightMap map = architecture.weights();
    map.byTensor()
        .forEach(
            (tensor, names) -> {
              long sum = names.stream().mapToLong(name -> parameters.get(name).size()).sum();
              for (String name : names) {
                Source source = map.source(name).orElseThrow();
                assertThat(source.fileShape(parameters.get(name)).size()).as(name).isEqualTo(sum);
              }
            });
  }

  @Property(tries = 60)
  void readingWhatWasWrittenGivesTheSameValues(@ForAll("architectures") Architecture architecture) {
    WeightMap map = architecture.weights();
    try (Parameters values = Parameters.initial(architecture.graph(), node -> true, 5);
        Scope scope = new Scope()) {
      Map<String, Tensor> file = written(map, values);
      values
          .asMap()
          .forEach(
              (name, value) -> {
                Source source = map.source(name).orElseThrow();
                Tensor stored = file.get(source.tensor());
                assertThat(stored.shape()).as(name).isEqualTo(source.fileShape(value.shape()));
                Tensor read = source.read(stored);
                assertThat(read.shape()).as(name).isEqualTo(value.shape());
                assertThat(read.toFloats()).as(name).isEqualTo(value.toFloats());
              });
    }
  }

  @Property(tries = 60)
  void writingWhatWasReadGivesTheSameFile(@ForAll("architectures") Architecture architecture) {
    WeightMap map = architecture.weights();
    Map<String, Shape> parameters = architecture.graph().parameters();
    try (Scope scope = new Scope()) {
      Map<String, Tensor> file = new HashMap<>();
      Map<String, Tensor> values = new HashMap<>();
      parameters.forEach(
          (name, shape) -> {
            Source source = map.source(name).orElseThrow();
            long[] lengths = source.fileShape(shape).toArray();
            Tensor stored =
                file.computeIfAbsent(
                    source.tensor(), key -> Tensor.normal(DType.F32, 1, key.hashCode(), lengths));
            values.put(name, source.read(stored));
          });
      Map<String, Tensor> written = written(map, Parameters.of(values));
      assertThat(written.keySet()).isEqualTo(file.keySet());
      written.forEach(
          (name, value) ->
              assertThat(value.toFloats()).as(name).isEqualTo(file.get(name).toFloats()));
    }
  }

  private static Map<String, Tensor> written(WeightMap map, Parameters parameters) {
    Map<String, Tensor> file = new HashMap<>();
    map.byTensor().keySet().forEach(name -> file.put(name, map.write(name, parameters)));
    return file;
  }
}
