import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.classify.TextClassifier;
import dev.lorax.eva.Eva;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.BiasedLora;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Dora;
import dev.lorax.lora.EvaStart;
import dev.lorax.lora.LoftqStart;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Starts;
import dev.lorax.lora.Targets;
import dev.lorax.model.Classifier;
import dev.lorax.peft.PeftFolder;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes an adapter with each option, and its logits: java -cp … Options.java BASE OUT */
public class Options {
  private static final int[] TOKENS = {3, 17, 28, 7, 5, 9, 96, 44}; // none pads
  private static final Copies WHOLE =
      Copies.nodes("embedder.token", "language_modeling_head.output");

  public static void main(String[] args) throws Exception {
    Path out = Path.of(args[1]);
    try (Checkpoint base = Checkpoint.open(Path.of(args[0]), DType.F32)) {
      for (Map.Entry<String, LoraConfig.Builder> option : options(base).entrySet()) {
        try (Adapter adapter = adapter(base, option.getValue().build())) {
          write(out.resolve(option.getKey()), base, adapter);
        }
      }
      try (Checkpoint quantised = Checkpoint.open(Path.of(args[0]), Precision.NF4);
          Adapter adapter =
              adapter(quantised, all(base).start(new LoftqStart(base.parameters())).build())) {
        Path folder = out.resolve("init-loftq");
        write(folder, quantised, adapter);
        CheckpointFolder.write(folder.resolve("base"), quantised, plain(quantised), DType.F32);
      }
    }
  }

  private static Map<String, LoraConfig.Builder> options(Checkpoint base) {
    Map<String, LoraConfig.Builder> all = new LinkedHashMap<>();
    all.put("plain", all(base));
    all.put("rslora", all(base).rankStabilized(true));
    all.put("dora", all(base).form(Dora::of));
    all.put("dora-of-one-part", all(base).form(Dora::of).targets(Targets.named("value")));
    all.put("lora-bias", all(base).form(BiasedLora::of));
    all.put("bias-all", all(base).copies(Copies.biases().and(copies(base))));
    all.put("bias-lora-only", all(base).copies(Copies.biasesOfTargets().and(copies(base))));
    all.put("token-rows", all(base).tokens(5, 96, 17));
    for (String start : "gaussian orthogonal pissa pissa_niter_4 olora eva".split(" ")) {
      all.put("init-" + start, all(base).start(Starts.named(start)));
    }
    all.put("patterns", all(base).rank("value", 4).alpha("0\\.self_attention\\.query", 9));
    all.put("all-linear", all(base).targets(Targets.allLinear()));
    all.put("regex", all(base).targets(Targets.matching(".*1\\.ffn\\.(up|down)")));
    all.put("exclude", all(base).targets(Targets.allLinear().except("ffn.up")));
    all.put("layers", all(base).targets(Targets.named("query", "down").inBlocks(1)));
    all.put("embedding", all(base).targets(Targets.named("embedder.token")));
    if (base.architecture() instanceof Classifier) {
      all.put("without-head", all(base).copies(Copies.NONE));
    } else if (!base.config().flag("tie_word_embeddings", true)) {
      all.put("head", all(base).targets(Targets.named("language_modeling_head.output", "query")));
      all.put("modules-to-save", all(base).copies(WHOLE));
    }
    return all;
  }

  /** What all have: classifiers train their heads. */
  private static LoraConfig.Builder all(Checkpoint base) {
    return LoraConfig.builder().rank(2).alpha(6).copies(copies(base));
  }

  private static Copies copies(Checkpoint base) {
    return base.architecture() instanceof Classifier ? TextClassifier.head(base) : Copies.NONE;
  }

  private static Adapter adapter(Checkpoint base, LoraConfig config) {
    return config.start() instanceof EvaStart
        ? Eva.adapter(base, config, number -> batch(number), 5)
        : Adapter.initial(base, config, 5);
  }

  private static Batch batch(long number) {
    int[] ids = new Random(number).ints(40, 0, 97).toArray();
    return Batch.ofLabels(List.of(ids), List.of(ids));
  }

  private static void write(Path folder, Checkpoint base, Adapter adapter) throws Exception {
    stir(adapter);
    PeftFolder.write(folder, base, adapter);
    Files.writeString(folder.resolve("logits.json"), logits(base, adapter));
  }

  /** The values of quantised weights. */
  private static Parameters plain(Checkpoint quantised) {
    Parameters own = quantised.parameters();
    Map<String, Tensor> values = new LinkedHashMap<>();
    own.names().forEach(name -> values.put(name, own.weight(name).dense(DType.F32)));
    return Parameters.of(values);
  }

  /** Adds something to all that is trained, so that it matters. */
  private static void stir(Adapter adapter) {
    try (Scope scope = new Scope()) {
      adapter.trained().asMap().forEach(
          (name, value) -> {
            long[] shape = value.shape().toArray();
            value.addInPlace(Tensor.normal(DType.F32, 0.2, name.hashCode(), shape), 1);
          });
    }
  }

  private static String logits(Checkpoint base, Adapter adapter) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Parameters all = base.parameters().and(adapter.parameters());
      Pass pass = Pass.of(TOKENS, Sequences.of(TOKENS.length));
      boolean chooses = base.architecture() instanceof Classifier;
      Tensor logits = new Session(adapter.graph(), all).run(chooses ? pass.firstRows() : pass, scope);
      return "{\"ids\": %s, \"logits\": %s}"
          .formatted(Arrays.toString(TOKENS), Arrays.toString(logits.toFloats()));
    }
  }
}
