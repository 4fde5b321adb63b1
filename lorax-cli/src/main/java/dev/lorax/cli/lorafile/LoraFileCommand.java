package dev.lorax.cli.lorafile;

import dev.lorax.cli.console.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lorax lora-file} without a command: says which there are. */
@Command(
    name = "lora-file",
    description = "Looks at, re-keys and merges LoRA files of Stable Diffusion 1, 2 and XL.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Example:",
      "  lorax lora-file inspect style.safetensors",
      "  lorax lora-file rekey style.safetensors --to diffusers --out style-diffusers.safetensors"
    })
public final class LoraFileCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  private LoraFileCommand(Console console) {
    this.console = console;
  }

  /** The command with those below it. */
  public static CommandLine with(Console console) {
    return new CommandLine(new LoraFileCommand(console))
        .addSubcommand(new LoraFileInspect(console))
        .addSubcommand(new LoraFileRekey(console))
        .addSubcommand(new LoraFileMerge(console));
  }

  @Override
  public Integer call() {
    console.error("name a command ('lorax lora-file --help' explains them)");
    spec.commandLine().usage(console.err());
    return ExitCode.USAGE;
  }
}
