package dev.lorax.cli.lorafile;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.diffusion.KeyStyle;
import dev.lorax.diffusion.LoraFile;
import dev.lorax.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Where and how a file is written. */
final class FileOutput {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "A new file. Nothing is ever overwritten.")
  private Path out;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "Of the written tensors, f32, bf16 or f16 (default: as the first file has them).")
  private String type;

  @Option(names = "--json", description = "Print what was written as one JSON object.")
  private boolean json;

  /** Refuses what is there already, before anything is read. */
  void check() {
    if (Files.exists(out)) {
      throw Failure.of(out + " exists: choose another --out, or remove it");
    }
    if (type != null) {
      type(null);
    }
  }

  private DType type(LoraFile first) {
    if (type == null) {
      return first.type();
    }
    DType wanted = Failure.orUsage(() -> DType.parse(type));
    if (wanted != DType.F32 && wanted != DType.F16 && wanted != DType.BF16) {
      throw Failure.usage("--dtype %s is none of bf16, f16, f32".formatted(type));
    }
    return wanted;
  }

  /** Writes a file and tells it. */
  void write(LoraFile file, LoraFile first, KeyStyle style, Console console) {
    DType wanted = type(first);
    file.write(out, style, wanted);
    String family = file.family().map(Object::toString).orElse("unknown");
    String name = wanted.name().toLowerCase(Locale.ROOT);
    if (json) {
      ObjectNode report = new ObjectMapper().createObjectNode();
      report.put("out", out.toString()).put("family", family).put("style", style.toString());
      report.put("dtype", name).put("modules", file.modules().size());
      report.put("unknown", file.unknown().size());
      console.result(report);
      return;
    }
    console.result("family", family);
    console.result("modules", Figures.count(file.modules().size()));
    if (!file.unknown().isEmpty()) {
      console.result("kept", Figures.count(file.unknown().size()) + " that are in no list");
    }
    console.result("saved", "%s, %s keys, %s".formatted(out, style, name));
  }

  /** A style by its name. */
  static KeyStyle style(String name) {
    return Arrays.stream(KeyStyle.values())
        .filter(known -> known.toString().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    "--to %s is none of %s"
                        .formatted(
                            name,
                            Arrays.stream(KeyStyle.values())
                                .map(KeyStyle::toString)
                                .collect(Collectors.joining(", ")))));
  }
}
