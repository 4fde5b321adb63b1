package dev.lorax.cli.adapter;

import dev.lorax.cli.console.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorax adapter} without an operation: says which there are. */
@Command(
    name = "adapter",
    description = "Makes adapters out of adapters, or out of two models.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "OPERATION",
    commandListHeading = "%nOperations:%n",
    footer = {
      "",
      "Example:",
      "  lorax adapter combine --model models/gpt2 --adapter poet --adapter cook --out both",
      "  lorax adapter resize --model models/gpt2 --adapter poet --rank 4 --out small"
    })
public final class AdapterCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  private AdapterCommand(Console console) {
    this.console = console;
  }

  /** The command with its operations below it; a new one is added here. */
  public static CommandLine with(Console console) {
    return new CommandLine(new AdapterCommand(console))
        .addSubcommand(new CombineCommand(console))
        .addSubcommand(new ResizeCommand(console))
        .addSubcommand(new ConvertCommand(console))
        .addSubcommand(new DifferenceCommand(console));
  }

  @Override
  public Integer call() {
    console.error("name an operation ('lorax adapter --help' explains them)");
    spec.commandLine().usage(console.err());
    return ExitCode.USAGE;
  }
}
