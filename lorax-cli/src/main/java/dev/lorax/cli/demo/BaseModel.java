package dev.lorax.cli.demo;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.ModelConfig;
import dev.lorax.tensor.DType;
import dev.lorax.text.Tokenizer;
import dev.lorax.train.Batches;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Schedule;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import dev.lorax.train.Windows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Makes the demo's base model from nothing: generates the stories, learns a vocabulary from them,
 * and trains a small Llama on them with nothing frozen.
 *
 * <p>Everything is fixed by seeds; on one kind of machine the result is the same each time.
 */
public final class BaseModel {
  private static final long SEED = 1;
  private static final int CHARACTERS = 7_000_000;
  private static final int CONTEXT = 512;
  private static final int WINDOW = 256;
  private static final int BATCH = 8;

  private static final String CONFIG =
      """
      {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": 1024,
        "hidden_size": 192,
        "intermediate_size": 512,
        "num_hidden_layers": 6,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "hidden_act": "silu",
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "rope_scaling": null,
        "attention_bias": false,
        "mlp_bias": false,
        "tie_word_embeddings": true,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "initializer_range": 0.02,
        "torch_dtype": "bfloat16"
      }
      """;

  private BaseModel() {}

  /**
   * Trains the model and writes its folder.
   *
   * @param folder a new or empty folder
   * @param steps optimiser steps; {@link #STEPS} made the model that ships
   * @param log receives lines about the progress
   */
  public static void make(Path folder, int steps, Consumer<String> log) {
    AtomicFolder.create(folder, temporary -> fill(temporary, steps, log));
  }

  /** The steps that made the model that ships. */
  public static final int STEPS = 3000;

  private static void fill(Path folder, int steps, Consumer<String> log) throws IOException {
    String corpus = Storyteller.corpus(SEED, CHARACTERS);
    TokenizerFolder.write(folder, BpeTrainer.train(corpus, 1024), CONTEXT);
    DemoFiles.writeTemplate(folder);
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Architecture llama = Architecture.of(ModelConfig.read(folder.resolve("config.json")));
    int[] tokens;
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      tokens = tokenizer.encode(corpus);
    }
    Windows.Split split = Windows.split(tokens, 0.01);
    log.accept("%d tokens, %d parameters".formatted(tokens.length, llama.graph().parameterCount()));
    try (Parameters parameters = Parameters.initial(llama.graph(), node -> true, SEED)) {
      train(new Untrained(llama.graph(), parameters), split, steps, log);
      CheckpointFolder.writeWeights(folder, llama, parameters, DType.BF16);
    }
  }

  private static void train(
      Parameterized model, Windows.Split split, int steps, Consumer<String> log) {
    Windows heldOut = Batches.windows(split.heldOut(), WINDOW).consecutive().size(BATCH);
    try (Trainer trainer =
        Trainer.of(model, Batches.windows(split.train(), WINDOW).random(SEED).size(BATCH))
            .steps(steps)
            .learningRate(2e-3)
            .schedule(Schedule.COSINE)
            .warmup(steps / 20)
            .weightDecay(0.1)
            .seed(SEED)
            .build()) {
      for (Step step : trainer) {
        if (step.number() % 50 == 0) {
          log.accept(step.toString());
        }
        if (step.number() % 500 == 0 || step.number() == steps) {
          Evaluation evaluation = trainer.evaluate(heldOut, heldOut.count() / BATCH);
          log.accept("held-out loss %.4f".formatted(evaluation.loss()));
        }
      }
    }
  }

  private record Untrained(Graph graph, Parameters parameters) implements Parameterized {}
}
