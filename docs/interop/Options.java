import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.BiasedLora;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Dora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Starts;
import dev.lorax.lora.Targets;
import dev.lorax.peft.PeftFolder;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes an adapter with each option, and its logits: java -cp … Options.java BASE OUT */
public class Options {
  private static final int[] TOKENS = {3, 1, 28, 7, 5, 0, 96, 44};

  public static void main(String[] args) throws Exception {
    Path out = Path.of(args[1]);
    try (Checkpoint base = Checkpoint.open(Path.of(args[0]), DType.F32)) {
      boolean tied = base.config().text("model_type").equals("gpt2");
      for (Map.Entry<String, LoraConfig.Builder> option : options(tied).entrySet()) {
        Path folder = out.resolve(option.getKey());
        try (Adapter adapter = Adapter.initial(base, option.getValue().build(), 5)) {
          stir(adapter);
          PeftFolder.write(folder, base, adapter);
          Files.writeString(folder.resolve("logits.json"), logits(base, adapter));
        }
      }
    }
  }

  private static Map<String, LoraConfig.Builder> options(boolean tied) {
    Map<String, LoraConfig.Builder> all = new LinkedHashMap<>();
    all.put("plain", plain());
    all.put("rslora", plain().rankStabilized(true));
    all.put("dora", plain().form(Dora::of));
    all.put("dora-of-one-part", plain().form(Dora::of).targets(Targets.named("value")));
    all.put("lora-bias", plain().form(BiasedLora::of));
    all.put("bias-all", plain().copies(Copies.biases()));
    all.put("bias-lora-only", plain().copies(Copies.biasesOfTargets()));
    all.put("token-rows", plain().tokens(5, 96, 1));
    for (String start : new String[] {"gaussian", "orthogonal", "pissa", "pissa_niter_4", "olora"}) {
      all.put("init-" + start, plain().start(Starts.named(start)));
    }
    all.put("patterns", plain().rank("value", 4).alpha("0\\.self_attention\\.query", 9));
    all.put("all-linear", plain().targets(Targets.allLinear()));
    all.put("regex", plain().targets(Targets.matching(".*1\\.ffn\\.(up|down)")));
    all.put("exclude", plain().targets(Targets.allLinear().except("ffn.up")));
    all.put("layers", plain().targets(Targets.named("query", "down").inBlocks(1)));
    all.put("embedding", plain().targets(Targets.named("embedder.token")));
    if (!tied) {
      all.put("head", plain().targets(Targets.named("language_modeling_head.output", "query")));
      Copies whole = Copies.nodes("embedder.token", "language_modeling_head.output");
      all.put("modules-to-save", plain().copies(whole));
    }
    return all;
  }

  private static LoraConfig.Builder plain() {
    return LoraConfig.builder().rank(2).alpha(6);
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
      Tensor logits = new Session(adapter.graph(), all).run(pass, scope);
      return "{\"ids\": %s, \"logits\": %s}"
          .formatted(Arrays.toString(TOKENS), Arrays.toString(logits.toFloats()));
    }
  }
}
