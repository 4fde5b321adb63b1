package dev.lorax.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Merge;
import dev.lorax.model.Classifier;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import dev.lorax.train.GradientProbe;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encoders with a head that chooses a class compute what transformers and PEFT do with them. */
class ClassifierParityTest {
  private static final double TOLERANCE = 1e-4;

  static List<Fixture> fixtures() {
    List<Fixture> fixtures = Fixture.classifiers();
    assertThat(fixtures).hasSize(2);
    return fixtures;
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void classesComeInTheOrderOfTheConfig(Fixture fixture) {
    try (Checkpoint base = Checkpoint.open(fixture.folder())) {
      assertThat(classifier(base).labels()).containsExactly("calm", "breeze", "storm");
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void logitsAndMergedWeightsAreTransformers(Fixture fixture) {
    try (Checkpoint base = Checkpoint.open(fixture.folder());
        Adapter adapter = adapter(fixture, base);
        Weights values = fixture.values();
        Merge merge = Merge.of(base, adapter);
        Scope scope = new Scope()) {
      Parameters all = base.parameters().and(adapter.parameters());
      requireClose(logits(fixture, base, base.parameters()), values.get("logits_base"));
      requireClose(logits(fixture, adapter, all), values.get("logits_adapter"));
      requireClose(logits(fixture, merge, merge.parameters()), values.get("logits_adapter"));
      for (String name : values.names()) {
        if (name.startsWith("merged.")) {
          String weight = name.substring("merged.".length());
          Tensor found = base.architecture().weights().write(weight, merge.parameters());
          requireClose(found, values.get(name));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void gradientsAreTransformers(Fixture fixture) {
    try (Checkpoint base = Checkpoint.open(fixture.folder());
        Adapter adapter = adapter(fixture, base);
        Weights values = fixture.values();
        Scope scope = new Scope()) {
      Parameters all = base.parameters().and(adapter.parameters());
      GradientProbe.of(adapter.graph(), all, adapter.parameters(), batch(fixture))
          .forEach((name, found) -> requireClose(found, values.get("grad." + key(base, name))));
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void fiveStepsAreThoseOfTorch(Fixture fixture) {
    Batch batch = batch(fixture);
    try (Checkpoint base = Checkpoint.open(fixture.folder());
        Adapter adapter = adapter(fixture, base);
        Weights values = fixture.values();
        Scope scope = new Scope();
        Trainer trainer =
            Trainer.of(base, adapter, number -> batch)
                .steps(5)
                .learningRate(1e-3)
                .weightDecay(0.01)
                .clip(0)
                .seed(1)
                .build()) {
      for (Step step : trainer) {
        double wanted = fixture.expected().get("losses").get((int) step.number() - 1).doubleValue();
        assertThat(Math.abs(step.loss() - wanted)).as("loss").isLessThan(TOLERANCE);
      }
      adapter
          .parameters()
          .asMap()
          .forEach((name, found) -> requireClose(found, values.get("after5." + key(base, name))));
    }
  }

  private static Classifier classifier(Checkpoint base) {
    return (Classifier) base.architecture();
  }

  private static Batch batch(Fixture fixture) {
    List<int[]> tokens = fixture.rows("input_ids");
    return Batch.ofClasses(tokens, Fixture.row(fixture.json("input_ids.json").get("labels")))
        .typed(fixture.rows("types"));
  }

  private static Tensor logits(Fixture fixture, Parameterized model, Parameters all) {
    Batch batch = batch(fixture);
    Pass pass =
        Pass.of(batch.tokens(), batch.sequences()).firstRows().typed(batch.types().orElseThrow());
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return scope.release(new Session(model.graph(), all).run(pass, scope));
    }
  }

  /** The adapter of the file, and the head that was trained beside it. */
  private static Adapter adapter(Fixture fixture, Checkpoint base) {
    Graph injected = Lorax.inject(base.graph(), LoraConfig.builder().rank(4).alpha(8).build());
    Map<String, Tensor> values = new LinkedHashMap<>();
    try (Weights file =
        Safetensors.open(fixture.folder().resolve("adapter/adapter_model.safetensors"))) {
      for (String name : injected.parameters().keySet()) {
        String key = key(base, name);
        if (file.names().contains(key)) {
          try (Scope scope = new Scope()) {
            values.put(name, scope.release(scope.adopt(file.get(key)).to(DType.F32).copy()));
          }
        }
      }
      assertThat(values).hasSize(file.names().size());
    }
    return Adapter.of(injected, Parameters.of(values));
  }

  /** What PEFT calls one of our parameters. */
  private static String key(Checkpoint base, String parameter) {
    String target = parameter.replaceFirst("\\.lora\\.[ab]$", ".weight");
    String tensor = base.architecture().weights().source(target).orElseThrow().tensor();
    String key = "base_model.model." + tensor;
    return parameter.equals(target)
        ? key
        : key.replaceFirst("weight$", parameter.endsWith(".a") ? "lora_A.weight" : "lora_B.weight");
  }

  private static void requireClose(Tensor found, Tensor wanted) {
    try (wanted) {
      assertThat(found.sub(wanted).abs().max().item()).isLessThan(TOLERANCE);
    }
  }
}
