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
import dev.lorax.cli.run.SavingOptions;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.DataOptions;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.TrainingOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
    examine(telling);
    telling.findings(found);
    if (running.json) {
      console.result(json.json());
    }
    boolean ill = found.stream().anyMatch(one -> one.severity() == Severity.ERROR);
    return ill ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private void examine(Telling telling) {
    attempt(
        "options",
        () -> {
          options.check();
          saving.check();
          running.check();
          lora.config();
          return running.applyThreads();
        });
    String type = ModelOptions.precision(running.type).isPresent() ? null : running.type;
    attempt("model", () -> model.open(type))
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
            });
  }

  private void examine(Telling telling, Checkpoint base, Material material) {
    Optional<AdapterTraining> training =
        attempt("adapter", () -> new AdapterTraining(base, lora.config(), material, options));
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
      if (found.stream().noneMatch(known -> known.what().equals(error.what()))) {
        found.add(error); // once, where options and adapter complain of the same
      }
      return Optional.empty();
    }
  }
}
