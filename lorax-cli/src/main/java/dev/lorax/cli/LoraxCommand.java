package dev.lorax.cli;

import dev.lorax.cli.console.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code lorax} without a command: says which there are. */
@Command(
    name = "lorax",
    description = "Fine-tunes language models with LoRA, on the JVM.",
    versionProvider = LoraxCommand.Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Example:",
      "  lorax train --model models/gpt2 --data forum.txt --out forum-adapter",
      "  lorax generate --model models/gpt2 --adapter forum-adapter --prompt \"Dear all,\"",
      "",
      "Exit codes: 0 fine, 1 failed, 2 wrong usage. Results go to stdout, all else to stderr."
    })
final class LoraxCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error, and what libraries log.")
  private boolean verbose;

  LoraxCommand(Console console) {
    this.console = console;
  }

  boolean isVerbose() {
    return verbose;
  }

  @Override
  public Integer call() {
    console.error("name a command ('lorax --help' explains them)");
    spec.commandLine().usage(console.err());
    return ExitCode.USAGE;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = LoraxCommand.class.getPackage().getImplementationVersion();
      return new String[] {"lorax " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
