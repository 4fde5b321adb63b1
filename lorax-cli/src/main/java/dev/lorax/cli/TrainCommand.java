package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.doctor.Case;
import dev.lorax.cli.doctor.Warnings;
import dev.lorax.cli.recipe.Recipe;
import dev.lorax.cli.recipe.RecipeArguments;
import dev.lorax.cli.report.TrainingTale;
import dev.lorax.cli.run.FileDigests;
import dev.lorax.cli.run.Fingerprint;
import dev.lorax.cli.run.RunFolder;
import dev.lorax.cli.run.RunState;
import dev.lorax.cli.run.SavingOptions;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.DataOptions;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.Processor;
import dev.lorax.cli.training.ThreadChoice;
import dev.lorax.cli.training.TrainingOptions;
import dev.lorax.cli.training.TypeChoice;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorax train}: an adapter for a model, learned from files. */
@Command(
    name = "train",
    description =
        "Trains a LoRA adapter on a text, on samples of instructions and chats, or, for an encoder"
            + " such as BERT, on texts with labels.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Ctrl-C saves what has been learned and ends with exit code 1; so does the end of a machine's"
          + " shutdown. After that, and after a power cut, 'lorax train --resume DIR' goes on.",
      "",
      "Example:",
      "  lorax train --model models/gpt2 --data forum.txt --out forum-adapter --rank 8 --epochs 2",
      "  lorax train --recipe forum-adapter/recipe.yaml --rank 16 --out wider-adapter"
    })
final class TrainCommand implements Callable<Integer> {
  private final Console console;
  private final Interrupt interrupt;
  private final FileDigests digests;

  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "A new or empty folder for the run: the adapter in PEFT's format, recipe, report and"
              + " checkpoints. Nothing is ever overwritten.")
  private Path out;

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description =
          "Options in YAML, one 'name: value' a line, by the names here without dashes. The"
              + " command line wins.")
  private Path recipe;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Go on with the run in that folder; it needs no other option.")
  private Path resume;

  @Option(
      names = "--sweep",
      paramLabel = "NAME=V1,V2",
      description =
          "Train all combinations of these values of options, one after the other over the base,"
              + " each in a folder of its own in --out, and rank them by held-out loss. Where values"
              + " have commas: 'targets=query,value;all-linear'.")
  private List<String> sweeps = new ArrayList<>();

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is learned from:%n")
  private DataOptions data = new DataOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is trained:%n")
  private LoraOptions lora = new LoraOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it is trained:%n")
  private TrainingOptions options = new TrainingOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is saved:%n")
  private SavingOptions saving = new SavingOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it runs:%n")
  private RunningOptions running = new RunningOptions();

  TrainCommand(Console console, Interrupt interrupt) {
    this(console, interrupt, new FileDigests());
  }

  /** One of several that read the same files. */
  private TrainCommand(Console console, Interrupt interrupt, FileDigests digests) {
    this.console = console;
    this.interrupt = interrupt;
    this.digests = digests;
  }

  @Override
  public Integer call() {
    checked();
    List<Map<String, String>> combinations = new SweptCommand(spec).combinations(sweeps);
    try (RunFolder folder = resume == null ? RunFolder.create(out) : RunFolder.reopen(resume);
        Checkpoint base = open()) {
      Optional<RunState.Settled> begun = folder.begun().map(RunState::settled);
      begun.map(RunState.Settled::time).map(LocalDateTime::parse).ifPresent(data::at);
      return sweeps.isEmpty() ? train(base, folder) : sweep(base, folder, combinations);
    }
  }

  private TrainCommand checked() {
    options.check();
    saving.check();
    running.check();
    lora.config();
    return this;
  }

  private int train(Checkpoint base, RunFolder folder) {
    folder.tidy();
    folder.newest().map(RunState::ofCheckpoint).or(folder::begun).ifPresent(this::settle);
    ThreadChoice threads = running.applyThreads();
    try (Material material = data.open(base, options);
        AdapterTraining training =
            new AdapterTraining(base, lora.config(base), material, options)) {
      saving.check(training.plan());
      running.checkSamples(base);
      TrainingTale tale = new TrainingTale(console);
      tale.plan(base, material, training, options);
      tale.machine(type(base), threads);
      Warnings.print(console, new Case(base, data, options, material, Optional.of(training)));
      return run(training, folder);
    }
  }

  private int run(AdapterTraining training, RunFolder folder) {
    AdapterRun.Outcome outcome =
        new AdapterRun.Outcome(
            saving,
            running.fileType(),
            Optional.ofNullable(running.sampleEvery),
            running.samplePrompt(training));
    AdapterRun run = new AdapterRun(console, training, folder, outcome);
    RunState now = state(training.memory().recomputation().share());
    History history = run.train(now, interrupt);
    return new RunEnding(console, training, folder, running).of(run, history);
  }

  private int sweep(Checkpoint base, RunFolder folder, List<Map<String, String>> combinations) {
    Map<Map<String, String>, TrainCommand> commands = new HashMap<>();
    for (Map<String, String> combination : combinations) {
      commands.put(combination, one(combination));
    }
    SweepCheck check = new SweepCheck(base);
    for (Map<String, String> combination : combinations) {
      TrainCommand run = commands.get(combination);
      check.add(combination, run.data, run.lora, run.options);
    }
    folder.begin(state(0));
    Sweep sweep = new Sweep(console, folder.path());
    boolean whole =
        sweep.run(
            combinations,
            (combination, place) -> {
              boolean begun = Files.exists(place.resolve(RecipeArguments.FILE));
              try (RunFolder own = begun ? RunFolder.reopen(place) : RunFolder.create(place)) {
                int code = commands.get(combination).train(base, own);
                return code == ExitCode.OK || !interrupt.requested();
              }
            });
    if (!whole) {
      console.error("interrupted; 'lorax train --resume %s' goes on".formatted(folder.path()));
      return ExitCode.SOFTWARE;
    }
    return sweep.end(running.json);
  }

  /** The command that trains one combination alone, in a folder that it is given. */
  private TrainCommand one(Map<String, String> combination) {
    Console quiet = new Console(console.in(), console.err(), console.err(), console.terminals());
    TrainCommand command = new TrainCommand(quiet, interrupt, digests);
    Recipe recipe = new SweptCommand(spec).of(combination).with("out", "");
    CommandLine line = Main.configured(new CommandLine(command), quiet, System.getenv());
    SweptCommand.parse(line, recipe, combination);
    command.model = model; // which has been downloaded, if it is one of the hub's
    command.data.at(data.time());
    return SweptCommand.made(combination, command::checked);
  }

  /** What decided the last bits of a run that goes on is decided alike, unless told otherwise. */
  private void settle(RunState begun) {
    running.settle(begun.settled());
    String budget = "memory-budget";
    boolean sameBudget =
        new SweptCommand(spec).recipe().of(budget).equals(begun.recipe().of(budget));
    if (options.recompute == null && sameBudget) {
      options.recompute = begun.settled().recompute();
    }
  }

  private RunState state(double recompute) {
    return new RunState(
        0,
        new RunState.Settled(Engine.threads(), recompute, data.time().toString()),
        new SweptCommand(spec).recipe(),
        Fingerprint.of(model.folder(), data.all(), digests));
  }

  private Checkpoint open() {
    Checkpoint base = model.openToTrain(running.type, data::labels, options.seed);
    console.note(
        "model",
        "%s: %s, %s parameters"
            .formatted(
                model.folder(),
                base.config().text("model_type"),
                Figures.shortCount(base.parameters().count())));
    return base;
  }

  private TypeChoice type(Checkpoint base) {
    boolean asked = running.type != null;
    DType type = base.parameters().type();
    String format = base.parameters().format();
    if (!ModelOptions.name(type).equals(format)) {
      return TypeChoice.quantized(format, type, asked);
    }
    Set<DType> stored = StoredWeights.of(model.folder()).types();
    return TypeChoice.of(type, asked, stored, Processor.here());
  }
}
