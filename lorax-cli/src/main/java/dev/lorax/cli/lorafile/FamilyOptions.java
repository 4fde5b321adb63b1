package dev.lorax.cli.lorafile;

import dev.lorax.cli.console.Failure;
import dev.lorax.diffusion.Family;
import dev.lorax.diffusion.LoraFile;
import dev.lorax.tensor.Scope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Whose modules a file is about. */
final class FamilyOptions {
  @Option(
      names = "--family",
      paramLabel = "NAME",
      description =
          "sd1, sd2 or sdxl (default: the one that explains most modules; of several, the first).")
  private String family;

  @Option(
      names = "--keep-unknown",
      description = "Leave modules that are in no list as they are, instead of refusing the file.")
  private boolean keepUnknown;

  /** The file as one of the family. */
  LoraFile read(Path path, Scope scope) {
    return Failure.orFail(
        () -> {
          LoraFile file = LoraFile.read(path, scope);
          return family == null ? file : file.of(named());
        });
  }

  /** The same, all of whose modules must be known unless an option says otherwise. */
  LoraFile readKnown(Path path, Scope scope) {
    LoraFile file = read(path, scope);
    if (keepUnknown) {
      return file;
    }
    try {
      return file.requireKnown();
    } catch (IllegalArgumentException unknown) {
      throw Failure.of(
          "%s: %s; --keep-unknown leaves them as they are".formatted(path, unknown.getMessage()),
          unknown);
    }
  }

  private Family named() {
    return Arrays.stream(Family.values())
        .filter(known -> known.toString().equalsIgnoreCase(family))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    "--family %s is none of %s"
                        .formatted(
                            family,
                            Arrays.stream(Family.values())
                                .map(Family::toString)
                                .collect(Collectors.joining(", ")))));
  }
}
