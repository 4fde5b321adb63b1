package dev.lorax.cli.bench;

import dev.lorax.cli.console.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorax bench} without a benchmark: says which there are. */
@Command(
    name = "bench",
    description = {
      "Measures speed and memory, and the limit of the machine beside them.",
      "",
      "Figures are medians after a warm-up. Run nothing else meanwhile."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "BENCHMARK",
    commandListHeading = "%nBenchmarks:%n",
    footer = {
      "",
      "Example:",
      "  lorax bench train --config gpt2/config.json --dtype bf16",
      "  lorax bench start"
    })
public final class BenchCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  private BenchCommand(Console console) {
    this.console = console;
  }

  /** The command with its benchmarks below it. */
  public static CommandLine with(Console console) {
    return new CommandLine(new BenchCommand(console))
        .addSubcommand(new TrainBench(console))
        .addSubcommand(new DecodeBench(console))
        .addSubcommand(new PrefillBench(console))
        .addSubcommand(new StartBench(console))
        .addSubcommand(new DrawCommand());
  }

  @Override
  public Integer call() {
    console.error("name a benchmark ('lorax bench --help' explains them)");
    spec.commandLine().usage(console.err());
    return ExitCode.USAGE;
  }
}
