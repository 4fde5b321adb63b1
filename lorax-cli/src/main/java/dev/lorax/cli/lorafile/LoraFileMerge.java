package dev.lorax.cli.lorafile;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.diffusion.LoraFile;
import dev.lorax.tensor.Scope;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lorax lora-file merge}: several LoRAs as one. */
@Command(
    name = "merge",
    description = "Adds LoRA files of one family, each times its weight.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Ranks are added, so that the sum is exact but for the rounding to --dtype. Keys are spelled as",
      "in the first file.",
      "",
      "Example:",
      "  lorax lora-file merge style.safetensors light.safetensors --weights 0.8,0.5 --out"
          + " both.safetensors"
    })
final class LoraFileMerge implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files.")
  private List<Path> files;

  @Option(
      names = "--weights",
      split = ",",
      paramLabel = "W",
      description = "One for each file, apart by commas (default: 1 each).")
  private List<Double> weights = List.of();

  @Mixin private FileOutput output;
  @Mixin private FamilyOptions family;

  LoraFileMerge(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (!weights.isEmpty() && weights.size() != files.size()) {
      throw Failure.usage(
          "--weights has %d numbers for %d files".formatted(weights.size(), files.size()));
    }
    if (weights.stream().anyMatch(weight -> !Double.isFinite(weight))) {
      throw Failure.usage("--weights should be finite numbers, not " + weights);
    }
    output.check();
    try (Scope scope = new Scope()) {
      List<LoraFile> read = files.stream().map(file -> family.readKnown(file, scope)).toList();
      List<Double> factors = weights.isEmpty() ? Collections.nCopies(files.size(), 1.0) : weights;
      LoraFile sum = Failure.orFail(() -> LoraFile.sum(read, factors));
      output.write(sum, read.get(0), sum.style(), console);
    }
    return ExitCode.OK;
  }
}
