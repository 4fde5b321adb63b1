package dev.lorax.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.report.OutputFolder;
import dev.lorax.cli.report.Progress;
import dev.lorax.cli.report.RunFiles;
import dev.lorax.cli.report.Sample;
import dev.lorax.cli.report.TrainingSummary;
import dev.lorax.cli.report.TrainingTale;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.Processor;
import dev.lorax.cli.training.TextData;
import dev.lorax.cli.training.ThreadChoice;
import dev.lorax.cli.training.TrainingOptions;
import dev.lorax.cli.training.TypeChoice;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Engine;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax train}: an adapter for a model, learned from a text file. */
@Command(
    name = "train",
    description = "Trains a LoRA adapter on a text file.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Ctrl-C saves what has been learned and ends with exit code 1.",
      "",
      "Example:",
      "  lorax train --model models/gpt2 --data forum.txt --out forum-adapter --rank 8 --epochs 2"
    })
final class TrainCommand implements Callable<Integer> {
  private final Console console;
  private final Interrupt interrupt;

  @Mixin private ModelOptions model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "The text to learn from, in UTF-8.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "A new or empty folder for the adapter, in PEFT's format, with summary.json,"
              + " metrics.jsonl and loss.svg. Nothing is ever overwritten.")
  private Path out;

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is trained:%n")
  private LoraOptions lora = new LoraOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it is trained:%n")
  private TrainingOptions options = new TrainingOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it runs:%n")
  private Running running = new Running();

  /** What does not change the result. */
  private static final class Running {
    @Option(
        names = "--dtype",
        paramLabel = "TYPE",
        description =
            "Of the base's weights, f32 or bf16 (default: as stored; bf16 halves their"
                + " memory).")
    private String type;

    @Option(
        names = "--adapter-dtype",
        paramLabel = "TYPE",
        description =
            "Of the adapter's file, f32, bf16 or f16 (default: ${DEFAULT-VALUE}; it is"
                + " trained in f32).")
    private String adapterType = "f32";

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Processor threads (default: one a core, whatever its hyperthreads).")
    private Integer threads;

    @Option(
        names = "--sample",
        paramLabel = "PROMPT",
        description =
            "What base and adapted model go on with after training (default: the start of"
                + " the held-out text; empty for no sample).")
    private String prompt;

    @Option(names = "--json", description = "Print the summary as one JSON object on stdout.")
    private boolean json;
  }

  TrainCommand(Console console, Interrupt interrupt) {
    this.console = console;
    this.interrupt = interrupt;
  }

  @Override
  public Integer call() {
    options.check();
    DType fileType =
        ModelOptions.type(running.adapterType, Set.of(DType.F32, DType.BF16, DType.F16));
    lora.config();
    ThreadChoice threads = threads();
    OutputFolder folder = OutputFolder.prepare(out);
    try (Checkpoint base = open()) {
      checkPrompt(base);
      TextData text = TextData.read(data, base.tokenizer(), options.heldOut);
      try (AdapterTraining training = new AdapterTraining(base, lora.config(), text, options)) {
        TrainingTale tale = new TrainingTale(console);
        tale.plan(base, text, training, options);
        tale.machine(type(base), threads);
        History history = train(training);
        if (!history.steps().isEmpty()) {
          folder.write(place -> PeftFolder.write(place, base, training.adapter(), fileType));
          report(base, text, training, history);
        }
        return outcome(history);
      }
    } finally {
      folder.abandon();
    }
  }

  private ThreadChoice threads() {
    ThreadChoice choice = ThreadChoice.here(running.threads);
    return Failure.orUsage(
        () -> {
          Engine.threads(choice.count());
          return choice;
        });
  }

  private TypeChoice type(Checkpoint base) {
    DType type = base.parameters().asMap().values().iterator().next().dtype();
    Set<DType> stored = StoredWeights.of(model.folder()).types();
    return TypeChoice.of(type, running.type != null, stored, Processor.here());
  }

  private Checkpoint open() {
    ModelOptions.refuseQuantized(running.type);
    Checkpoint base = model.open(running.type);
    console.note(
        "model",
        "%s: %s, %s parameters"
            .formatted(
                model.folder(),
                base.config().text("model_type"),
                Figures.shortCount(base.parameters().count())));
    return base;
  }

  private History train(AdapterTraining training) {
    interrupt.listen();
    return training.run(Progress.of(console, training.plan().steps()), interrupt::requested);
  }

  private void report(Checkpoint base, TextData text, AdapterTraining training, History history) {
    ObjectNode summary = TrainingSummary.of(base, training, history, options);
    Optional<Sample> sample = sample(base, text, training, history);
    sample.ifPresent(found -> summary.putPOJO("sample", found));
    try {
      RunFiles.write(out, history, summary);
    } catch (CheckpointException failed) {
      throw Failure.of(failed.getMessage() + "; the adapter itself is saved in " + out, failed);
    }
    if (running.json) {
      console.result(summary);
      return;
    }
    TrainingTale tale = new TrainingTale(console);
    tale.result(history);
    sample.ifPresent(tale::sample);
    tale.saved(out);
  }

  private Optional<Sample> sample(
      Checkpoint base, TextData text, AdapterTraining training, History history) {
    boolean wanted = running.prompt == null || !running.prompt.isEmpty();
    if (!wanted || history.interrupted() || history.failure().isPresent()) {
      return Optional.empty();
    }
    int[] start = text.heldOut().length > 0 ? text.heldOut() : text.train();
    String prompt = running.prompt == null ? Sample.promptOf(base, start) : running.prompt;
    return Optional.of(Sample.of(base, training.adapter(), prompt, options.seed));
  }

  /** Before the run: what cannot be sampled afterwards is told now. */
  private void checkPrompt(Checkpoint base) {
    if (running.prompt != null && !running.prompt.isEmpty()) {
      int tokens = base.tokenizer().encodeWithSpecials(running.prompt).length;
      int context = base.architecture().context();
      if (tokens > context) {
        throw Failure.usage(
            "--sample has %d tokens, but the model's context holds %d: shorten it"
                .formatted(tokens, context));
      }
    }
  }

  private int outcome(History history) {
    String kept =
        history.steps().isEmpty()
            ? "nothing was learned yet, so nothing was saved"
            : "what was learned in %d steps is saved in %s".formatted(history.steps().size(), out);
    if (history.failure().isPresent()) {
      RuntimeException failure = history.failure().get();
      throw Failure.of(Errors.explain(failure, false) + "; " + kept, failure);
    }
    if (history.interrupted()) {
      console.error("interrupted; " + kept);
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }
}
