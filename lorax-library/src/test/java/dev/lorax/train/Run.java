package dev.lorax.train;

import dev.lorax.Forward;
import dev.lorax.Model;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A tiny frozen model, an adapter that matters already, and a run of the trainer over it. */
final class Run implements AutoCloseable {
  final Model base;
  final Adapter adapter;
  final List<Step> steps = new ArrayList<>();

  Run() {
    this(0);
  }

  Run(double dropout) {
    Graph graph = Models.gpt2().graph();
    LoraConfig config = LoraConfig.builder().rank(2).dropout(dropout).build();
    base = new Model(graph, Forward.filled(graph, DType.F32, 1));
    adapter = Adapter.initial(Lorax.inject(graph, config), 2);
    adapter.nodes().forEach(node -> adapter.b(node).addInPlace(0.1));
  }

  /** Goes through all steps of a trainer. */
  Run train(Batches batches, UnaryOperator<TrainerBuilder> options) {
    try (Trainer trainer = trainer(batches, options)) {
      trainer.forEach(steps::add);
    }
    return this;
  }

  Trainer trainer(Batches batches, UnaryOperator<TrainerBuilder> options) {
    return options.apply(Trainer.of(base, adapter, batches).learningRate(1e-3).seed(5)).build();
  }

  List<Double> losses() {
    return steps.stream().map(Step::loss).toList();
  }

  /** All values of the adapter, by name. */
  Map<String, float[]> values() {
    return values(adapter.parameters());
  }

  static Map<String, float[]> values(Parameters parameters) {
    Map<String, float[]> values = new TreeMap<>();
    parameters.asMap().forEach((name, value) -> values.put(name, value.toFloats()));
    return values;
  }

  /** A text of 29 different tokens. */
  static int[] text(int length) {
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      tokens[i] = (i * i + 7 * i + i / 3) % 29;
    }
    return tokens;
  }

  @Override
  public void close() {
    adapter.close();
    base.parameters().close();
  }
}
