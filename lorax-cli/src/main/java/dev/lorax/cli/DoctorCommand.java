package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.doctor.Case;
import dev.lorax.cli.doctor.Diagnosis;
import dev.lorax.cli.doctor.Examination;
import dev.lorax.cli.doctor.JsonTelling;
import dev.lorax.cli.doctor.Severity;
import dev.lorax.cli.doctor.Telling;
import dev.lorax.cli.doctor.TextTelling;
import dev.lorax.cli.recipe.Combinations;
import dev.lorax.cli.recipe.Recipe;
import dev.lorax.cli.run.SavingOptions;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.DataOptions;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.TrainingOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lorax doctor}: what is wrong with a run, before it begins. */
@Command(
    name = "doctor",
    description =
        "Examines a training run before it begins: what is trained, what samples teach, memory,"
            + " time, and what will go wrong. Takes the options of 'lorax train', and keeps nothing.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Exit code 1 if there is an error.",
      "",
      "Example:",
      "  lorax doctor --model models/gpt2 --data chats.jsonl --rank 8",
      "  lorax doctor --recipe forum-adapter/recipe.yaml"
    })
final class DoctorCommand implements Callable<Integer> {
  private final Console console;
  private final List<Diagnosis> found = new ArrayList<>();

  /** All runs of the sweep of which this is the first, itself among them; else none. */
  private List<DoctorCommand> alternatives = List.of();

  private Map<String, String> combination = Map.of();

  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description = "Options in YAML, as 'lorax train' writes and reads them.")
  private Path recipe;

  @Option(
      names = "--steps-timed",
      paramLabel = "N",
      description =
          "Steps that are tried, on an adapter that is thrown away (default: ${DEFAULT-VALUE}; 0"
              + " for none).")
  private int timed = 3;

  @Option(
      names = "--sweep",
      paramLabel = "NAME=V1,V2",
      description =
          "As for 'lorax train': all combinations are checked, and the first is examined.")
  private List<String> sweeps = new ArrayList<>();

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is learned from:%n")
  private DataOptions data = new DataOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is trained:%n")
  private LoraOptions lora = new LoraOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it is trained:%n")
  private TrainingOptions options = new TrainingOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat would be saved:%n")
  private SavingOptions saving = new SavingOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it runs:%n")
  private RunningOptions running = new RunningOptions();

  DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (timed < 0) {
      throw Failure.usage("--steps-timed must be at least 0, not " + timed);
    }
    JsonTelling json = new JsonTelling();
    Telling telling = running.json ? json : new TextTelling(console);
    if (sweeps.isEmpty()) {
      examine(telling);
    } else {
      attempt("sweep", () -> new SweptCommand(spec).combinations(sweeps))
          .ifPresent(combinations -> examine(telling, combinations));
    }
    telling.findings(found);
    if (running.json) {
      console.result(json.json());
    }
    boolean ill = found.stream().anyMatch(one -> one.severity() == Severity.ERROR);
    return ill ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  /** Only what the options say of all of them; the first stands for what takes time. */
  private void examine(Telling telling, List<Map<String, String>> combinations) {
    List<DoctorCommand> read = new ArrayList<>();
    for (Map<String, String> combination : combinations) {
      attempt("sweep", () -> one(combination)).ifPresent(read::add);
    }
    if (read.size() == combinations.size()) {
      DoctorCommand first = read.get(0);
      first.alternatives = read;
      first.examine(telling);
      found.addAll(first.found);
      String what = "of %d combinations the first is examined: %s";
      found.add(
          Diagnosis.note(
              "sweep",
              what.formatted(combinations.size(), Combinations.folder(combinations.get(0))),
              "give another one's options without --sweep to examine that"));
    }
  }

  private DoctorCommand one(Map<String, String> combination) {
    DoctorCommand command = new DoctorCommand(console);
    command.timed = timed;
    CommandLine line = Main.configured(new CommandLine(command), console, System.getenv());
    Recipe recipe = new SweptCommand(spec).of(combination);
    SweptCommand.parse(line, recipe, combination);
    command.combination = combination;
    command.model = model; // which has been downloaded, if it is one of the hub's
    command.data.at(data.time());
    return SweptCommand.made(combination, command::checked);
  }

  private DoctorCommand checked() {
    options.check();
    saving.check();
    running.check();
    lora.config();
    return this;
  }

  private void examine(Telling telling) {
    attempt(
        "options",
        () -> {
          checked();
          return running.applyThreads();
        });
    attempt("model", () -> model.openToTrain(running.type, data::labels, options.seed))
        .ifPresent(
            base -> {
              try (base) {
                examine(telling, base);
              }
            });
  }

  private void examine(Telling telling, Checkpoint base) {
    attempt("data", () -> data.open(base, options))
        .ifPresent(
            material -> {
              try (material) {
                examine(telling, base, material);
              }
              SweepCheck sweep = new SweepCheck(base);
              alternatives.forEach(run -> attempt("sweep", () -> run.check(sweep)));
            });
  }

  private SweepCheck check(SweepCheck sweep) {
    sweep.add(combination, data, lora, options);
    return sweep;
  }

  private void examine(Telling telling, Checkpoint base, Material material) {
    Optional<AdapterTraining> training =
        attempt("adapter", () -> new AdapterTraining(base, lora.config(base), material, options));
    training.ifPresent(
        made ->
            attempt(
                "options",
                () -> {
                  saving.check(made.plan());
                  return made;
                }));
    try {
      Case run = new Case(base, data, options, material, training);
      attempt("run", () -> new Examination(run, timed, telling).findings())
          .ifPresent(found::addAll);
    } finally {
      training.ifPresent(AdapterTraining::close);
    }
  }

  /** What is wrong with a part of the run is a finding, and not the end of the examination. */
  private <T> Optional<T> attempt(String part, Supplier<T> made) {
    try {
      return Optional.of(made.get());
    } catch (RuntimeException failed) {
      if (!Errors.isClear(failed)) {
        throw failed;
      }
      Diagnosis error = Diagnosis.error(part, failed.getMessage(), "");
      if (found.stream().noneMatch(known -> error.what().endsWith(known.what()))) {
        found.add(error); // once, where options, adapter and sweep complain of the same
      }
      return Optional.empty();
    }
  }
}
