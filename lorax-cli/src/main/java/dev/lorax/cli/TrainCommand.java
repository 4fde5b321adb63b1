package dev.lorax.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.doctor.Case;
import dev.lorax.cli.doctor.Warnings;
import dev.lorax.cli.recipe.Combinations;
import dev.lorax.cli.recipe.Recipe;
import dev.lorax.cli.recipe.RecipeArguments;
import dev.lorax.cli.report.Sample;
import dev.lorax.cli.report.TrainingTale;
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
import dev.lorax.train.TrainingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lorax train}: an adapter for a model, learned from files. */
@Command(
    name = "train",
    description = "Trains a LoRA adapter on a text, or on samples of instructions and chats.",
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
  /** Options that say where and how a run is told, not what it does. */
  private static final Set<String> NO_RECIPE =
      Set.of("out", "resume", "recipe", "json", "verbose", "help", "version");

  /** Options that all runs of a sweep share. */
  private static final Set<String> SHARED =
      Set.of(
          "model", "dtype", "threads", "out", "resume", "recipe", "sweep", "json", "verbose",
          "help", "version");

  private final Console console;
  private final Interrupt interrupt;

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
              + " each in a folder of its own in --out, and rank them by held-out loss.")
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
    this.console = console;
    this.interrupt = interrupt;
  }

  @Override
  public Integer call() {
    check();
    List<Map<String, String>> combinations = Combinations.of(sweeps, spec, SHARED);
    try (RunFolder folder = resume == null ? RunFolder.create(out) : RunFolder.reopen(resume);
        Checkpoint base = open()) {
      Optional<RunState.Settled> begun = folder.begun().map(RunState::settled);
      begun.map(RunState.Settled::time).map(LocalDateTime::parse).ifPresent(data::at);
      return sweeps.isEmpty() ? train(base, folder) : sweep(base, folder, combinations);
    }
  }

  private void check() {
    options.check();
    saving.check();
    running.check();
    lora.config();
  }

  private int train(Checkpoint base, RunFolder folder) {
    folder.tidy();
    folder.newest().map(RunState::read).map(RunState::settled).ifPresent(this::settle);
    ThreadChoice threads = running.applyThreads();
    try (Material material = data.open(base, options);
        AdapterTraining training = new AdapterTraining(base, lora.config(), material, options)) {
      running.checkPrompt(base);
      TrainingTale tale = new TrainingTale(console);
      tale.plan(base, material, training, options);
      tale.machine(type(base), threads);
      Warnings.print(console, new Case(base, data, options, material, Optional.of(training)));
      return run(base, training, folder);
    }
  }

  private int sweep(Checkpoint base, RunFolder folder, List<Map<String, String>> combinations) {
    combinations.forEach(combination -> one(combination, folder.path()).check());
    folder.begin(state(0));
    Sweep sweep = new Sweep(console, folder.path());
    boolean whole =
        sweep.run(
            combinations,
            (combination, place) -> {
              boolean begun = Files.exists(place.resolve(RecipeArguments.FILE));
              try (RunFolder own = begun ? RunFolder.reopen(place) : RunFolder.create(place)) {
                int code = one(combination, place).train(base, own);
                return code == ExitCode.OK || !interrupt.requested();
              }
            });
    if (!whole) {
      console.error("interrupted; 'lorax train --resume %s' goes on".formatted(folder.path()));
      return ExitCode.SOFTWARE;
    }
    ObjectNode report = sweep.report();
    if (running.json) {
      console.result(report);
    } else {
      sweep.table();
      console.result("best", sweep.best());
    }
    return sweep.hasResult() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  /** The command that trains one combination alone. */
  private TrainCommand one(Map<String, String> combination, Path place) {
    Recipe recipe = Recipe.of(spec, NO_RECIPE).without("sweep");
    for (Map.Entry<String, String> value : combination.entrySet()) {
      recipe = recipe.with(value.getKey(), value.getValue());
    }
    Console quiet = new Console(console.in(), console.err(), console.err(), console.terminals());
    CommandLine line = Main.line(quiet, interrupt, System.getenv(), new LoraxCommand(quiet));
    CommandLine train = line.getSubcommands().get(spec.name());
    List<String> words = new ArrayList<>(List.of(spec.name(), "--out=" + place));
    words.addAll(RecipeArguments.words(recipe, train.getCommandSpec()));
    try {
      line.parseArgs(words.toArray(String[]::new));
    } catch (ParameterException wrong) {
      throw Failure.usage("--sweep %s: %s".formatted(combination, wrong.getMessage()));
    }
    TrainCommand one = (TrainCommand) train.getCommandSpec().userObject();
    one.model = model; // which has been downloaded, if it is one of the hub's
    one.data.at(data.time());
    return one;
  }

  /** What decided the last bits of a run that goes on is decided alike. */
  private void settle(RunState.Settled before) {
    running.settle(before);
    options.recompute =
        options.recompute == null ? Double.valueOf(before.recompute()) : options.recompute;
  }

  private Checkpoint open() {
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

  private TypeChoice type(Checkpoint base) {
    DType type = base.parameters().asMap().values().iterator().next().dtype();
    Set<DType> stored = StoredWeights.of(model.folder()).types();
    return TypeChoice.of(type, running.type != null, stored, Processor.here());
  }

  private int run(Checkpoint base, AdapterTraining training, RunFolder folder) {
    RunState now = state(training.memory().recomputation().share());
    AdapterRun run =
        new AdapterRun(
            console,
            base,
            training,
            folder,
            new AdapterRun.Outcome(
                saving, running.fileType(), Optional.ofNullable(running.sampleEvery)));
    History history = train(run, now, folder);
    if (history.steps().isEmpty()) {
      folder.discard();
    } else {
      run.saveAdapter(history, options);
      tell(run, history, sample(base, training, history));
    }
    return outcome(history, training.material());
  }

  private RunState state(double recompute) {
    return new RunState(
        0,
        new RunState.Settled(Engine.threads(), recompute, data.time().toString()),
        Recipe.of(spec, NO_RECIPE),
        Fingerprint.of(model.folder(), data.all()));
  }

  private History train(AdapterRun run, RunState now, RunFolder folder) {
    try {
      return run.train(now, interrupt);
    } catch (RuntimeException refused) { // before the first step: it does not throw later
      folder.discard();
      throw refused;
    }
  }

  private void tell(AdapterRun run, History history, Optional<Sample> sample) {
    ObjectNode summary = run.report(history, options, sample);
    if (running.json) {
      console.result(summary);
      return;
    }
    TrainingTale tale = new TrainingTale(console);
    tale.result(history);
    sample.ifPresent(tale::sample);
    tale.saved(folder());
  }

  private Optional<Sample> sample(Checkpoint base, AdapterTraining training, History history) {
    boolean wanted = running.prompt == null || !running.prompt.isEmpty();
    if (!wanted || history.interrupted() || history.failure().isPresent()) {
      return Optional.empty();
    }
    int[] prompt =
        running.prompt == null
            ? training.material().beginning()
            : base.tokenizer().encodeWithSpecials(running.prompt);
    return Optional.of(Sample.of(base, training.adapter(), prompt, options.seed));
  }

  private int outcome(History history, Material material) {
    String kept =
        history.steps().isEmpty()
            ? "nothing was learned yet, so nothing was saved"
            : "what was learned in %d steps is saved in %s"
                .formatted(history.steps().size(), folder());
    if (history.failure().isPresent()) {
      RuntimeException failure = history.failure().get();
      throw Failure.of(
          "%s%s; %s".formatted(Errors.explain(failure, false), place(failure, material), kept),
          failure);
    }
    if (history.interrupted()) {
      String next = history.steps().isEmpty() ? "" : "; 'lorax train --resume %s' goes on";
      console.error("interrupted; " + kept + next.formatted(folder()));
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  /** The sample that a loss which is no number comes from. */
  private static String place(RuntimeException failure, Material material) {
    if (failure instanceof TrainingException training
        && training.batch().isPresent()
        && training.sequence().isPresent()) {
      return material
          .place(training.batch().getAsLong(), training.sequence().getAsInt())
          .map(found -> " (%s)".formatted(found))
          .orElse("");
    }
    return "";
  }

  private Path folder() {
    return resume == null ? out : resume;
  }
}
