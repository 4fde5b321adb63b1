import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.eva.Eva;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.EvaStart;
import dev.lorax.lora.LoftqStart;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Targets;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Precision;
import dev.lorax.train.Batch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes fresh adapters by EVA, with the batches that it saw, and by LoftQ: java -cp … Starts.java
 * BASE OUT
 */
public class Starts {
  private static final int BATCHES = 8;
  private static final int LENGTH = 40;

  public static void main(String[] args) throws Exception {
    Path out = Path.of(args[1]);
    LoraConfig.Builder plain =
        LoraConfig.builder().rank(16).alpha(32).targets(Targets.named("query", "key", "value"));
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < BATCHES; i++) {
      batches.add(batch(new Random(i)));
    }
    try (Checkpoint base = Checkpoint.open(Path.of(args[0]), DType.F32);
        Checkpoint quantised = Checkpoint.open(Path.of(args[0]), Precision.NF4)) {
      LoraConfig eva = plain.start(new EvaStart()).build();
      try (Adapter adapter = Eva.adapter(base, eva, number -> batches.get((int) number), 5)) {
        PeftFolder.write(out.resolve("eva"), base, adapter);
        Files.writeString(out.resolve("eva").resolve("batches.json"), json(batches));
      }
      LoraConfig loftq = plain.start(new LoftqStart(base.parameters())).build();
      try (Adapter adapter = Adapter.initial(quantised, loftq, 5)) {
        PeftFolder.write(out.resolve("loftq"), quantised, adapter);
      }
    }
  }

  private static Batch batch(Random random) {
    List<int[]> rows = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      rows.add(random.ints(LENGTH, 0, 97).toArray());
    }
    return Batch.ofLabels(rows, rows);
  }

  /** [batches, sequences, tokens]. */
  private static String json(List<Batch> batches) {
    ArrayNode all = new ObjectMapper().createArrayNode();
    for (Batch batch : batches) {
      ArrayNode rows = all.addArray();
      for (int i = 0; i < batch.tokens().length; i++) {
        (i % LENGTH == 0 ? rows.addArray() : (ArrayNode) rows.get(i / LENGTH))
            .add(batch.tokens()[i]);
      }
    }
    return all.toString();
  }
}
