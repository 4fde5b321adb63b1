package dev.lorax.cli;

import dev.lorax.chat.Answers;
import dev.lorax.cli.adapter.AdapterCommand;
import dev.lorax.cli.bench.BenchCommand;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.lorafile.LoraFileCommand;
import dev.lorax.cli.recipe.RecipeArguments;
import dev.lorax.cli.run.SavingOptions;
import dev.lorax.cli.training.WeightedFile;
import dev.lorax.data.Overlong;
import dev.lorax.train.Schedule;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The {@code lorax} command's entry. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    quietLibraries(Arrays.asList(args).contains("--verbose"));
    NativeLibraries libraries = NativeLibraries.load(args);
    Interrupt interrupt = new Interrupt();
    int code;
    try {
      code = run(Console.system(), interrupt, args);
    } finally {
      interrupt.finished();
      libraries.await();
    }
    System.exit(code);
  }

  /** Runs one command and returns its exit code: 0 fine, 1 failed, 2 wrong usage. */
  static int run(Console console, Interrupt interrupt, String... args) {
    return run(console, interrupt, System.getenv(), args);
  }

  /** The same with other environment variables for the hub. */
  static int run(
      Console console, Interrupt interrupt, Map<String, String> environment, String... args) {
    LoraxCommand root = new LoraxCommand(console);
    Errors errors = new Errors(console, root::isVerbose, args);
    try {
      CommandLine line =
          line(console, interrupt, environment, root)
              .setExecutionStrategy(new GroupedOptions())
              .setExecutionExceptionHandler(errors)
              .setParameterExceptionHandler(errors);
      return line.execute(RecipeArguments.expand(line, args));
    } catch (Failure wrongRecipe) {
      return errors.report(wrongRecipe);
    } catch (OutOfMemoryError | LinkageError error) { // picocli handles exceptions only
      return errors.report(error);
    }
  }

  /** The commands; a new one is added here. */
  static CommandLine line(
      Console console, Interrupt interrupt, Map<String, String> environment, LoraxCommand root) {
    CommandLine line =
        new CommandLine(root)
            .addSubcommand(new DemoCommand(console, interrupt))
            .addSubcommand(new TrainCommand(console, interrupt))
            .addSubcommand(new DoctorCommand(console))
            .addSubcommand(new GenerateCommand(console))
            .addSubcommand(new ChatCommand(console, environment))
            .addSubcommand(new EvalCommand(console))
            .addSubcommand(new ClassifyCommand(console))
            .addSubcommand(new InspectCommand(console))
            .addSubcommand(new MergeCommand(console))
            .addSubcommand(AdapterCommand.with(console))
            .addSubcommand(new ExportCommand(console))
            .addSubcommand(LoraFileCommand.with(console))
            .addSubcommand(new PullCommand(console, environment))
            .addSubcommand(BenchCommand.with(console))
            .addSubcommand(new WarmUpCommand());
    return configured(line, console, environment);
  }

  /** The same line, which reads values and prints as all commands do. */
  static CommandLine configured(
      CommandLine line, Console console, Map<String, String> environment) {
    boolean colors = console.terminals().colorsOut();
    ColorScheme scheme = CommandLine.Help.defaultColorScheme(colors ? Ansi.ON : Ansi.OFF);
    return line.setColorScheme(scheme)
        .registerConverter(Schedule.class, Main::schedule)
        .registerConverter(WeightedFile.class, WeightedFile::parse)
        .registerConverter(Answers.class, named(Answers.values()))
        .registerConverter(Overlong.class, named(Overlong.values()))
        .registerConverter(SavingOptions.Result.class, named(SavingOptions.Result.values()))
        .registerConverter(ModelSource.class, ModelSource.converter(console, environment))
        .registerConverter(GraphOptions.View.class, named(GraphOptions.View.values()))
        .registerConverter(GraphOptions.Format.class, named(GraphOptions.Format.values()))
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setOut(new java.io.PrintWriter(console.out(), true))
        .setErr(new java.io.PrintWriter(console.err(), true));
  }

  private static Schedule schedule(String name) {
    try {
      return Schedule.named(name);
    } catch (IllegalArgumentException unknown) {
      throw unknown(name, Schedule.known().stream().map(known -> (known + "").replace('_', '-')));
    }
  }

  /** Reads one of some values by name; the error lists them as users write them. */
  private static <E> ITypeConverter<E> named(E[] values) {
    return name ->
        Arrays.stream(values)
            .filter(value -> value.toString().equalsIgnoreCase(name))
            .findFirst()
            .orElseThrow(() -> unknown(name, Arrays.stream(values).map(Object::toString)));
  }

  private static TypeConversionException unknown(String name, Stream<String> known) {
    return new TypeConversionException(
        "'%s' is none of %s".formatted(name, known.collect(Collectors.joining(", "))));
  }

  /** Must come before the first logger: what libraries log reaches the user only if it matters. */
  private static void quietLibraries(boolean verbose) {
    log("defaultLogLevel", verbose ? "info" : "warn");
    log("log.ai.djl", verbose ? "info" : "error");
    log("showThreadName", "false");
    log("showLogName", Boolean.toString(verbose));
    log("levelInBrackets", "false");
  }

  private static void log(String name, String value) {
    String property = "org.slf4j.simpleLogger." + name;
    System.setProperty(property, System.getProperty(property, value));
  }
}
