package dev.lorax.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.compatibility.Tools;
import dev.lorax.cli.compatibility.Verdict;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.export.Export;
import dev.lorax.cli.export.ExportTarget;
import dev.lorax.cli.export.Targets;
import dev.lorax.cli.hub.AdapterFormat;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.run.OutputFolder;
import dev.lorax.gguf.GgufType;
import dev.lorax.lora.Adapter;
import dev.lorax.peft.PeftFolder;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax export}: an adapter in the form that another program reads. */
@Command(
    name = "export",
    description = "Writes an adapter for another program, and tells which programs load it.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The change stays what it is: ranks are filled with zeros, and scales move into B, where a form",
      "has one for all modules. What a form has no place for is refused by name. Without --to only",
      "the report is printed.",
      "",
      "Example:",
      "  lorax export --model models/tiny-llama --adapter forum-adapter --to mlx --out forum-mlx",
      "  lorax export --model models/tiny-llama --adapter forum-adapter"
    })
final class ExportCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ModelOptions model;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + ".")
  private ModelSource adapter;

  @Mixin private AdapterReading reading;

  @Option(
      names = "--to",
      paramLabel = "FORM",
      description = "What to write: ${COMPLETION-CANDIDATES}.",
      completionCandidates = Forms.class)
  private String form;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "A new or empty folder. Nothing is ever overwritten.")
  private Path out;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "Of the numbers in GGUF: f32, f16, bf16 or q8_0 (default: f32 for gguf, f16 for"
              + " merged-gguf).")
  private String dtype;

  @Option(names = "--json", description = "Print the report as one JSON object.")
  private boolean json;

  ExportCommand(Console console) {
    this.console = console;
  }

  /** The names of the targets. */
  static final class Forms implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Targets.known().keySet().iterator();
    }
  }

  @Override
  public Integer call() {
    if ((form == null) != (out == null)) {
      throw Failure.usage("--to and --out go together: the form, and where to write it");
    }
    ExportTarget target = form == null ? null : Targets.named(form);
    Optional<GgufType> type = type(target);
    reading.check(List.of(adapter));
    OutputFolder folder = out == null ? null : OutputFolder.prepare(out);
    boolean written = false;
    try {
      model.under(adapter);
      try (Checkpoint base = model.open();
          Adapter adapted = reading.read(adapter, base)) {
        Export export = new Export(base, adapted, type);
        List<String> notes =
            target == null ? List.of() : Failure.orFail(() -> target.write(out, export));
        written = true;
        report(base, adapted, notes);
      }
      return ExitCode.OK;
    } finally {
      if (folder != null && !written) {
        folder.abandon();
      }
    }
  }

  private Optional<GgufType> type(ExportTarget target) {
    Optional<GgufType> usual = target == null ? Optional.empty() : target.type();
    if (dtype == null) {
      return usual;
    }
    if (usual.isEmpty()) {
      throw Failure.usage(
          "--dtype is for --to %s: leave it out"
              .formatted(
                  Targets.known().entrySet().stream()
                      .filter(known -> known.getValue().type().isPresent())
                      .map(Map.Entry::getKey)
                      .collect(Collectors.joining(" and "))));
    }
    return Optional.of(Failure.orUsage(() -> GgufType.parse(dtype)));
  }

  private void report(Checkpoint base, Adapter adapted, List<String> notes) {
    String stored = AdapterFormat.of(adapter.folder()).toString();
    List<Verdict> verdicts =
        Tools.verdicts(base.config().text("model_type"), stored, config(base, adapted));
    if (json) {
      ObjectNode report = new ObjectMapper().createObjectNode();
      report.put("to", form);
      report.put("out", out == null ? null : out.toString());
      notes.forEach(report.putArray("notes")::add);
      ArrayNode tools = report.putArray("compatibility");
      verdicts.forEach(verdict -> verdict.fill(tools.addObject()));
      console.result(report);
      return;
    }
    if (out != null) {
      console.result("saved", "%s, for %s".formatted(out, Targets.named(form).readers()));
    }
    notes.forEach(note -> console.result("note", note));
    verdicts.forEach(verdict -> console.result(verdict.tool(), verdict.toString()));
  }

  private static JsonNode config(Checkpoint base, Adapter adapted) {
    try {
      return new ObjectMapper().readTree(PeftFolder.config(base, adapted));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
