package dev.lorax.cli.lorafile;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.diffusion.LoraFile;
import dev.lorax.diffusion.LoraModule;
import dev.lorax.diffusion.Part;
import dev.lorax.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lorax lora-file inspect}: what a file adapts, and what it says of itself. */
@Command(
    name = "inspect",
    description = "Shows the networks, ranks, alphas and metadata of a LoRA file.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Example:", "  lorax lora-file inspect style.safetensors"})
final class LoraFileInspect implements Callable<Integer> {
  private static final int SHOWN = 10;
  private static final int WIDTH = 80;

  private final Console console;

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Mixin private FamilyOptions family;

  @Option(names = "--json", description = "Print everything, each module too, as one JSON object.")
  private boolean json;

  LoraFileInspect(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (Scope scope = new Scope()) {
      LoraFile read = family.read(file, scope);
      if (json) {
        console.result(object(read));
      } else {
        lines(read);
      }
    }
    return ExitCode.OK;
  }

  private static String family(LoraFile read) {
    return read.family().map(Object::toString).orElse("unknown");
  }

  private static Map<Part, List<LoraModule>> byPart(LoraFile read) {
    return read.modules().stream()
        .collect(Collectors.groupingBy(LoraModule::part, TreeMap::new, Collectors.toList()));
  }

  private void lines(LoraFile read) {
    console.result("file", file.toString());
    console.result("family", family(read));
    console.result("keys", read.style().toString());
    console.result("dtype", read.type().name().toLowerCase(Locale.ROOT));
    byPart(read)
        .forEach(
            (part, modules) ->
                console.result(
                    part.diffusers(),
                    "%s modules (%d convolutions), rank %s, alpha %s"
                        .formatted(
                            Figures.count(modules.size()),
                            modules.stream().filter(LoraModule::isSpatial).count(),
                            range(modules, module -> (double) module.rank()),
                            range(modules, LoraModule::alpha))));
    List<LoraModule> unknown = read.unknown();
    unknown.stream().limit(SHOWN).forEach(module -> console.result("unknown", module.name()));
    if (unknown.size() > SHOWN) {
      console.result("", "and %d more: --json lists all".formatted(unknown.size() - SHOWN));
    }
    new TreeMap<>(read.metadata())
        .forEach((name, value) -> console.result("says", name + ": " + shortened(value)));
  }

  private static String shortened(String value) {
    String line = value.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= WIDTH ? line : line.substring(0, WIDTH) + " …";
  }

  private static String range(List<LoraModule> modules, Function<LoraModule, Double> number) {
    double least = modules.stream().map(number).min(Double::compare).orElseThrow();
    double most = modules.stream().map(number).max(Double::compare).orElseThrow();
    return least == most
        ? Figures.number(least)
        : "%s to %s".formatted(Figures.number(least), Figures.number(most));
  }

  private ObjectNode object(LoraFile read) {
    ObjectNode object = new ObjectMapper().createObjectNode();
    object.put("file", file.toString()).put("family", family(read));
    object.put("keys", read.style().toString());
    object.put("dtype", read.type().name().toLowerCase(Locale.ROOT));
    ObjectNode metadata = object.putObject("metadata");
    new TreeMap<>(read.metadata()).forEach(metadata::put);
    ArrayNode modules = object.putArray("modules");
    for (LoraModule module : read.modules()) {
      ObjectNode item = modules.addObject();
      item.put("part", module.part().diffusers()).put("name", module.name());
      item.put("known", module.isKnown()).put("rank", module.rank()).put("alpha", module.alpha());
      ArrayNode shape = item.putArray("down");
      for (long length : module.down().shape().toArray()) {
        shape.add(length);
      }
    }
    return object;
  }
}
