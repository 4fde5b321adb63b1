package dev.lorax.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.demo.BaseModel;
import dev.lorax.cli.demo.DemoFiles;
import dev.lorax.cli.report.Progress;
import dev.lorax.cli.report.RunFiles;
import dev.lorax.cli.report.Sample;
import dev.lorax.cli.report.SideBySide;
import dev.lorax.cli.report.TrainingSummary;
import dev.lorax.cli.report.TrainingTale;
import dev.lorax.cli.run.OutputFolder;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.TextData;
import dev.lorax.cli.training.TextMaterial;
import dev.lorax.cli.training.TrainingOptions;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/**
 * {@code lorax demo}: a small model that tells children's stories learns to keep a pirate's log.
 */
@Command(
    name = "demo",
    description = {
      "Fine-tunes a small model in front of you, in under a minute.",
      "",
      "The model ships with Lorax and tells children's stories. It learns from the log-book of a"
          + " pirate ship's cook. The adapter it leaves is in PEFT's format."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Example:", "  lorax demo --out pirate-adapter"})
final class DemoCommand implements Callable<Integer> {
  private static final List<String> PROMPTS =
      List.of("One morning", "The little fox", "It was a cold night");
  private static final int LINE = 100;

  private final Console console;
  private final Interrupt interrupt;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "A new or empty folder for the adapter (default: lorax-demo, or the next free).")
  private Path out;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "190",
      description = "Optimiser steps (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Option(names = "--json", description = "Print the summary as one JSON object on stdout.")
  private boolean json;

  @Option(
      names = "--make-base",
      paramLabel = "DIR",
      description =
          "Instead of the demo, make its base model anew: generate the stories, learn a"
              + " vocabulary, train with nothing frozen (half an hour).")
  private Path newBase;

  DemoCommand(Console console, Interrupt interrupt) {
    this.console = console;
    this.interrupt = interrupt;
  }

  @Override
  public Integer call() {
    if (newBase != null) {
      OutputFolder.prepare(newBase);
      BaseModel.make(newBase, BaseModel.STEPS, console::note);
      return ExitCode.OK;
    }
    recipe().check();
    OutputFolder folder = OutputFolder.prepare(out == null ? freeFolder() : out);
    try (Checkpoint base = Checkpoint.open(DemoFiles.base(), DType.F32)) {
      return run(base, folder);
    } finally {
      folder.abandon();
    }
  }

  private int run(Checkpoint base, OutputFolder folder) {
    TrainingOptions options = recipe();
    TextMaterial text =
        TextMaterial.of(
            TextData.of(
                "the cook's log", base.tokenizer().encode(DemoFiles.log()), options.share()),
            options,
            base.architecture().context());
    TrainingTale tale = new TrainingTale(console);
    try (AdapterTraining training = new AdapterTraining(base, adapter().config(), text, options)) {
      introduce(base);
      tale.plan(base, text, training, options);
      interrupt.listen();
      History history =
          training.run(Progress.of(console, training.plan().steps()), interrupt::requested);
      if (history.interrupted() || history.failure().isPresent()) {
        console.error(
            history.failure().map(Throwable::getMessage).orElse("interrupted; nothing was saved"));
        return ExitCode.SOFTWARE;
      }
      folder.write(place -> PeftFolder.write(place, base, training.adapter()));
      tell(base, training, history, options);
      return ExitCode.OK;
    }
  }

  private void introduce(Checkpoint base) {
    console.note(
        "model",
        "a Llama of %s parameters that tells children's stories (%s)"
            .formatted(Figures.shortCount(base.parameters().count()), base.folder()));
    console.note("text", "the log-book of a pirate ship's cook");
  }

  private void tell(
      Checkpoint base, AdapterTraining training, History history, TrainingOptions options) {
    List<Sample> samples =
        PROMPTS.stream()
            .map(prompt -> Sample.of(base, training.adapter(), prompt, options.seed))
            .toList();
    ObjectNode summary = TrainingSummary.of(training, history, history.last());
    samples.forEach(summary.putArray("samples")::addPOJO);
    RunFiles.write(out, history, summary);
    if (json) {
      console.result(summary);
      return;
    }
    TrainingTale tale = new TrainingTale(console);
    show(samples);
    tale.result(history, history.last());
    tale.saved(out);
    next(base);
  }

  private void show(List<Sample> samples) {
    SideBySide columns = new SideBySide(LINE);
    console.result("");
    columns.titles("the base model", "with the adapter").forEach(console::result);
    for (Sample sample : samples) {
      columns
          .rows(sample.prompt() + sample.base(), sample.prompt() + sample.adapted())
          .forEach(console::result);
      columns.rows("", "").forEach(console::result);
    }
  }

  private void next(Checkpoint base) {
    console.result("");
    console.result("What to try next:");
    console.result("  open " + out.resolve("report.html"));
    console.result(
        "  ./lorax generate --model %s --adapter %s --prompt \"One morning\""
            .formatted(base.folder(), out));
    console.result(
        "  ./lorax train --model YOUR-CHECKPOINT-FOLDER --data YOUR-TEXT.txt --out my-adapter");
  }

  private Path freeFolder() {
    out = Path.of("lorax-demo");
    for (int i = 2; Files.exists(out); i++) {
      out = Path.of("lorax-demo-" + i);
    }
    return out;
  }

  private static LoraOptions adapter() {
    LoraOptions lora = new LoraOptions();
    lora.rank = 16;
    lora.targets = List.of("all-linear");
    return lora;
  }

  private TrainingOptions recipe() {
    TrainingOptions options = new TrainingOptions();
    options.steps = steps;
    options.batchSize = 8;
    options.window = 128;
    options.learningRate = 5e-3;
    return options;
  }
}
