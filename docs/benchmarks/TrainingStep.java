import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.Architecture;
import dev.lorax.model.ModelConfig;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batches;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;

/** Times LoRA training steps with random weights: TrainingStep.java CONFIG.json f32|bf16 STEPS */
public class TrainingStep {
  private static final int WARM_UP = 2;
  private static final int TOKENS = 512; // 2 windows of 256

  private record Model(Graph graph, Parameters parameters) implements Parameterized {}

  public static void main(String[] args) throws Exception {
    Architecture architecture = Architecture.of(ModelConfig.read(Path.of(args[0])));
    Graph graph = architecture.graph();
    Parameters weights = weights(graph, DType.parse(args[1]));
    LoraConfig config = LoraConfig.builder().rank(4).alpha(8).targetKey(true).build();
    Adapter adapter = Adapter.initial(Lorax.inject(graph, config), 1);
    int[] tokens = new Random(1).ints(100_000, 0, architecture.vocabulary()).toArray();
    try (Trainer trainer =
        Trainer.of(new Model(graph, weights), adapter, Batches.windows(tokens, 256).size(2))
            .steps(WARM_UP + Integer.parseInt(args[2]))
            .seed(1)
            .build()) {
      double[] millis =
          StreamSupport.stream(trainer.spliterator(), false)
              .skip(WARM_UP)
              .map(Step::time)
              .mapToDouble(time -> time.toNanos() / 1e6)
              .sorted()
              .toArray();
      double median = millis[millis.length / 2];
      System.out.printf(
          "lorax  %-4s median %5.0f ms  min %5.0f ms  %4.0f tokens/s  peak %5d MB%n",
          args[1], median, millis[0], TOKENS / median * 1000, peakMegabytes());
    }
  }

  private static Parameters weights(Graph graph, DType type) {
    Parameters exact = Parameters.initial(graph, node -> true, 1);
    if (type == DType.F32) {
      return exact;
    }
    Map<String, Tensor> converted = new LinkedHashMap<>();
    exact
        .asMap()
        .forEach(
            (name, value) -> {
              try (Scope scope = new Scope()) {
                converted.put(name, scope.release(value.to(type)));
              }
              value.close();
            });
    return Parameters.of(converted);
  }

  private static long peakMegabytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1000)
        .findFirst()
        .orElse(0);
  }
}
