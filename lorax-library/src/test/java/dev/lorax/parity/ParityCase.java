package dev.lorax.parity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Merge;
import dev.lorax.peft.PeftFolder;
import dev.lorax.run.KvCache;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Compares everything that one fixture says with what Lorax computes. */
final class ParityCase implements AutoCloseable {
  private final Fixture fixture;
  private final Checkpoint base;
  private final Weights values;
  private final Differences differences = new Differences();

  ParityCase(Fixture fixture) {
    this.fixture = fixture;
    this.base = Checkpoint.open(fixture.folder(), DType.F32);
    this.values = fixture.values();
  }

  /** The largest difference of each thing compared. */
  Map<String, Double> run() {
    try (Adapter adapter = adapter()) {
      logits("base", base.graph(), base.parameters());
      logits("adapter", adapter.graph(), joint(adapter));
      try (Merge merge = Merge.of(base, adapter)) {
        logits("merged", merge.graph(), merge.parameters());
        mergedWeights(merge);
      }
      greedy("greedy_base", base);
      greedy("greedy_adapter", adapter);
      gradients(adapter);
      new DecodingCase(fixture, values, differences).run(base, adapter);
    }
    losses();
    if (fixture.expected().has("right_padded")) {
      new PaddingCase(fixture, values, differences).run();
    }
    return differences.asMap();
  }

  Adapter adapter() {
    return PeftFolder.read(fixture.folder().resolve("adapter"), base);
  }

  private Parameters joint(Parameterized adapter) {
    return base.parameters().and(adapter.parameters());
  }

  private void logits(String name, Graph graph, Parameters parameters) {
    List<int[]> rows = fixture.rows("input_ids");
    int[] tokens = rows.stream().flatMapToInt(Arrays::stream).toArray();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor found = new Session(graph, parameters).run(Pass.of(tokens, Sequences.of(rows)), scope);
      Tensor wanted = scope.adopt(values.get("logits_" + name)).view(tokens.length, -1);
      differences.record("logits " + name, found, wanted);
    }
  }

  private void mergedWeights(Merge merge) {
    try (Scope scope = new Scope()) {
      var map = base.architecture().weights();
      for (String name : values.names()) {
        String weight = name.replaceFirst("^merged\\.", "");
        if (!weight.equals(name) && !map.ignores(weight)) {
          differences.record(
              "merged weights",
              map.write(weight, merge.parameters()),
              scope.adopt(values.get(name)));
        }
      }
    }
  }

  private void greedy(String name, Parameterized model) {
    List<int[]> wanted = Fixture.rows(fixture.expected().get(name));
    List<int[]> prompts = fixture.rows("prompt");
    for (int i = 0; i < prompts.size(); i++) {
      int[] found = decode(model, prompts.get(i), wanted.get(i).length);
      differences.record(name, found, wanted.get(i));
    }
  }

  /** Greedy tokens with a key-value cache. */
  private int[] decode(Parameterized model, int[] prompt, int count) {
    Session session = new Session(model.graph(), joint(model));
    int[] found = new int[count];
    int[] next = prompt;
    try (KvCache cache = new KvCache(1, 8)) {
      for (int i = 0; i < count; i++) {
        try (Scope scope = new Scope();
            Gradients off = Gradients.off()) {
          Pass pass = Pass.of(next, Sequences.of(next.length)).lastRows().after(cache.select(0));
          found[i] = (int) session.run(pass, scope).argmax().item();
        }
        next = new int[] {found[i]};
      }
    }
    return found;
  }

  private Batch batch() {
    return Batch.ofLabels(fixture.rows("input_ids"), fixture.rows("labels"));
  }

  private void gradients(Adapter adapter) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> found =
          GradientProbe.of(adapter.graph(), joint(adapter), adapter.trained(), batch());
      for (PeftTensor tensor : PeftTensor.of(base, adapter, values)) {
        Tensor wanted = scope.adopt(values.get("grad." + tensor.key()));
        double scale = Math.max(wanted.abs().max().item(), 1e-9);
        differences.record(
            "gradients (relative)",
            found.get(tensor.parameter()).mul(1 / scale),
            tensor.part(wanted).mul(1 / scale));
      }
    }
  }

  private void losses() {
    JsonNode wanted = fixture.expected().get("losses");
    List<Double> found = new ArrayList<>();
    try (Adapter adapter = adapter()) {
      try (Trainer trainer =
          Trainer.of(base, adapter, number -> batch())
              .steps(6)
              .learningRate(1e-3)
              .weightDecay(0.01)
              .clip(0)
              .seed(1)
              .build()) {
        for (Step step : trainer) {
          found.add(step.loss());
          if (step.number() == 1) {
            differences.record(
                "gradient norm",
                step.gradientNorm(),
                fixture.expected().get("grad_norm").doubleValue());
          }
          if (step.number() == 5) {
            after5(adapter);
          }
        }
      }
    }
    for (int i = 0; i < wanted.size(); i++) {
      differences.record("losses of 5 steps", found.get(i), wanted.get(i).doubleValue());
    }
  }

  /**
   * 1 where there is something to learn, 0 where the gradient is rounding alone, which AdamW blows
   * up: the bias of keys has no influence on attention.
   */
  private static Tensor learning(Tensor gradient) {
    float[] slopes = gradient.toFloats();
    for (int i = 0; i < slopes.length; i++) {
      slopes[i] = Math.abs(slopes[i]) > 1e-7 ? 1 : 0;
    }
    return Tensor.of(slopes, gradient.shape().toArray());
  }

  private void after5(Adapter adapter) {
    try (Scope scope = new Scope()) {
      for (PeftTensor tensor : PeftTensor.of(base, adapter, values)) {
        Tensor wanted = tensor.part(scope.adopt(values.get("after5." + tensor.key())));
        Tensor gradient = tensor.part(scope.adopt(values.get("grad." + tensor.key())));
        differences.record(
            "values after 5 steps",
            adapter.parameters().get(tensor.parameter()).mul(learning(gradient)),
            wanted.mul(learning(gradient)));
      }
    }
  }

  @Override
  public void close() {
    values.close();
    base.close();
  }
}
