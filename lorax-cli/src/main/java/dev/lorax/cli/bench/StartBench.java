package dev.lorax.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.demo.DemoFiles;
import dev.lorax.cli.hub.ModelSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code lorax bench start}: from nothing to the first letters of a text. */
@Command(
    name = "start",
    description = {
      "Times 'lorax generate' as a process of its own: until the first byte of text, and until its"
          + " end.",
      "",
      "The first run fills caches and is dropped."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Example:", "  lorax bench start --runs 10"})
final class StartBench implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--model",
      paramLabel = "DIR|ORG/NAME",
      description =
          "Checkpoint folder, or a model on the hub (default: the demo's base model, which ships with"
              + " Lorax).")
  private ModelSource model;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Tokens to generate (default: ${DEFAULT-VALUE}).")
  private int tokens = 16;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Runs that are measured (default: ${DEFAULT-VALUE}).")
  private int runs = 7;

  @Option(
      names = "--launcher",
      paramLabel = "FILE",
      description = "The program to start (default: the lorax that this one came from).")
  private Path launcher;

  @Option(names = "--json", description = "Print all figures as one JSON object.")
  private boolean json;

  StartBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    BenchOptions.atLeast(1, runs, "--runs");
    BenchOptions.atLeast(1, tokens, "--tokens");
    Machine machine = Machine.here();
    Launch launch = new Launch(command());
    List<Launch.Times> times = new ArrayList<>();
    for (int i = 0; i <= runs; i++) {
      Launch.Times run = launch.run();
      if (i > 0) {
        times.add(run);
      }
    }
    Spread first = Spread.of(times.stream().mapToDouble(Launch.Times::firstByte).toArray());
    Spread end = Spread.of(times.stream().mapToDouble(Launch.Times::end).toArray());
    tell(launch, first, end, machine);
    return ExitCode.OK;
  }

  private List<String> command() {
    List<String> command =
        new ArrayList<>(
            Optional.ofNullable(launcher)
                .map(file -> List.of(file.toString()))
                .orElseGet(Launch::ofThisProcess));
    Path folder = model == null ? DemoFiles.base() : model.folder();
    command.addAll(List.of("generate", "--model", folder.toString(), "--prompt", "One morning"));
    command.addAll(List.of("--max-tokens", Integer.toString(tokens), "--seed", "1"));
    return command;
  }

  private void tell(Launch launch, Spread first, Spread end, Machine machine) {
    if (json) {
      ObjectNode report = new ObjectMapper().createObjectNode().put("bench", "start");
      launch.command().forEach(report.putArray("command")::add);
      report.put("tokens", tokens).put("warmup", 1).put("iterations", runs);
      Report.spread(report.putObject("millisecondsToFirstByte"), first);
      Report.spread(report.putObject("millisecondsToEnd"), end);
      machine.write(report.putObject("machine"));
      console.result(report.put("date", machine.time().toString()));
      return;
    }
    Table table = new Table(console);
    console.result("command", String.join(" ", launch.command()));
    table.times("to text", 1, first);
    table.times("to end", 1, end);
    table.machine(machine);
  }
}
