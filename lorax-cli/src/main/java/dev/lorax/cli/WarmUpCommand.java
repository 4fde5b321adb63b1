package dev.lorax.cli;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.Gpt2;
import dev.lorax.op.Activation;
import dev.lorax.train.Batches;
import dev.lorax.train.Trainer;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** Runs a bit of everything once, so that the launcher can archive the classes it needs. */
@Command(name = "warm-up", hidden = true, description = "For the launcher's class archive.")
final class WarmUpCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    Graph graph = new Gpt2(32, 16, 16, 1, 2, 32, Activation.named("gelu_new"), 1e-5, true).graph();
    try (Parameters values = Parameters.initial(graph, node -> true, 0);
        Adapter adapter = Adapter.initial(Lorax.inject(graph, LoraConfig.builder().build()), 0)) {
      Batches batches = Batches.windows(IntStream.range(0, 32).toArray(), 8);
      try (Trainer trainer =
          Trainer.of(new Model(graph, values), adapter, batches).steps(2).build()) {
        trainer.forEach(step -> {});
        trainer.evaluate(batches, 1);
      }
    }
    return ExitCode.OK;
  }

  private record Model(Graph graph, Parameters parameters) implements Parameterized {}
}
