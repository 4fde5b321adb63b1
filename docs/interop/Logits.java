import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
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

/** Writes ids and logits of a text as JSON: java -cp … Logits.java BASE ADAPTER TEXT OUT.json */
public class Logits {
  public static void main(String[] args) throws Exception {
    try (Checkpoint base = Checkpoint.open(Path.of(args[0]), DType.F32);
        Adapter adapter = PeftFolder.read(Path.of(args[1]), base);
        Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      int[] ids = base.tokenizer().encodeWithSpecials(args[2]);
      Parameters all = base.parameters().and(adapter.parameters());
      Tensor logits =
          new Session(adapter.graph(), all).run(Pass.of(ids, Sequences.of(ids.length)), scope);
      String json =
          "{\"ids\": %s, \"logits\": %s}"
              .formatted(Arrays.toString(ids), Arrays.toString(logits.toFloats()));
      Files.writeString(Path.of(args[3]), json);
    }
  }
}
