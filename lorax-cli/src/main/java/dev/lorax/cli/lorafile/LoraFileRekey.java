package dev.lorax.cli.lorafile;

import dev.lorax.cli.console.Console;
import dev.lorax.diffusion.KeyStyle;
import dev.lorax.diffusion.LoraFile;
import dev.lorax.tensor.Scope;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lorax lora-file rekey}: the same LoRA under the names of another program. */
@Command(
    name = "rekey",
    description = "Writes a LoRA file with the keys of Kohya's sd-scripts or of diffusers.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax lora-file rekey style.safetensors --to diffusers --out style-diffusers.safetensors"
    })
final class LoraFileRekey implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "STYLE",
      description = "kohya or diffusers.")
  private String style;

  @Mixin private FileOutput output;
  @Mixin private FamilyOptions family;

  LoraFileRekey(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    KeyStyle wanted = FileOutput.style(style);
    output.check();
    try (Scope scope = new Scope()) {
      LoraFile read = family.readKnown(file, scope);
      output.write(read, read, wanted, console);
    }
    return ExitCode.OK;
  }
}
