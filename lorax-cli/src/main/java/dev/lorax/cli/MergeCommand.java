package dev.lorax.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.report.Rounding;
import dev.lorax.cli.run.OutputFolder;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Merge;
import dev.lorax.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax merge}: a model with an adapter's change added into its weights. */
@Command(
    name = "merge",
    description =
        "Adds an adapter into the model's weights and writes a folder that transformers"
            + " loads.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The sum is formed in f32 and rounded once; how much of the change that loses is printed. A"
          + " model that bitsandbytes quantised is made plain in f32 first, and written so.",
      "",
      "Example:",
      "  lorax merge --model models/gpt2 --adapter forum-adapter --out models/forum-gpt2"
    })
final class MergeCommand implements Callable<Integer> {
  private static final Set<DType> TYPES = Set.of(DType.F32, DType.BF16, DType.F16);

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
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new or empty folder. Nothing is ever overwritten.")
  private Path out;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "Of the written weights, f32, bf16 or f16 (default: as the model stores them).")
  private String type;

  @Option(names = "--json", description = "Print the report as one JSON object.")
  private boolean json;

  MergeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    DType wanted = type == null ? null : ModelOptions.type(type, TYPES);
    reading.check(List.of(adapter));
    OutputFolder folder = OutputFolder.prepare(out);
    boolean written = false;
    try {
      model.under(adapter);
      StoredWeights stored = StoredWeights.of(model.folder());
      DType target = wanted == null ? stored.main() : wanted;
      try (Checkpoint base = model.open("f32"); // exact, then rounded once
          Adapter adapted = reading.read(adapter, base);
          Merge merge = Failure.orFail(() -> Merge.of(base, adapted))) {
        CheckpointFolder.write(out, base, merge.parameters(), target);
        written = true;
        report(Rounding.of(merge, target), target, stored.quantised() > 0);
      }
      return ExitCode.OK;
    } finally {
      if (!written) {
        folder.abandon();
      }
    }
  }

  private void report(Rounding rounding, DType target, boolean dequantised) {
    if (json) {
      ObjectNode report = new ObjectMapper().createObjectNode();
      report.put("out", out.toString());
      report.put("dtype", ModelOptions.name(target));
      report.put("dequantised", dequantised);
      report.put("modules", rounding.modules());
      report.put("worstLostShare", rounding.worst());
      report.put("worstModule", rounding.worstModule());
      report.put("meanLostShare", rounding.mean());
      console.result(report);
      return;
    }
    if (dequantised) {
      console.result(
          "base", "was quantised: all of it is plain now, what the adapter changed and what not");
    }
    console.result("merged", Figures.count(rounding.modules()) + " modules");
    console.result(
        "rounding",
        "to %s loses %s of the change on average, at worst %s (%s)"
            .formatted(
                ModelOptions.name(target),
                Figures.percent(rounding.mean()),
                Figures.percent(rounding.worst()),
                rounding.worstModule()));
    console.result("saved", out.toString());
  }
}
