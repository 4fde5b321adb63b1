package dev.lorax.cli;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.recipe.RecipeArguments;
import dev.lorax.data.DataException;
import dev.lorax.hub.HubException;
import dev.lorax.model.ModelConfigException;
import dev.lorax.tensor.UnsupportedPlatformException;
import dev.lorax.train.TrainingException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever went wrong into one line and an exit code. */
final class Errors implements IExecutionExceptionHandler, IParameterExceptionHandler {
  /** Exceptions whose message is written for users. */
  private static final List<Class<? extends Throwable>> CLEAR =
      List.of(
          CheckpointException.class,
          DataException.class,
          HubException.class,
          ModelConfigException.class,
          TrainingException.class,
          UncheckedIOException.class,
          UnsupportedPlatformException.class);

  private final Console console;
  private final BooleanSupplier verbose;
  private final String[] words;

  /** For the words of a command line, without those of its recipe. */
  Errors(Console console, BooleanSupplier verbose, String... words) {
    this.console = console;
    this.verbose = verbose;
    this.words = words;
  }

  @Override
  public int handleParseException(ParameterException wrong, String[] args) {
    String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
    String message = oneLine(String.valueOf(wrong.getMessage()));
    List<String> similar =
        wrong instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    String hint = similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
    console.error(origin(wrong) + message + hint + " ('" + command + " --help' shows the options)");
    return ExitCode.USAGE;
  }

  private String origin(ParameterException wrong) {
    return wrong.getArgSpec() instanceof OptionSpec option
        ? RecipeArguments.origin(option, wrong.getCommandLine(), words)
            .map(file -> "%s, '%s': ".formatted(file, option.longestName().substring(2)))
            .orElse("")
        : "";
  }

  @Override
  public int handleExecutionException(Exception thrown, CommandLine command, ParseResult parsed) {
    return report(thrown);
  }

  /** Prints the line; with {@code --verbose} the stack trace after it. */
  int report(Throwable thrown) {
    console.error(oneLine(explain(thrown, verbose.getAsBoolean())));
    if (verbose.getAsBoolean()) {
      thrown.printStackTrace(console.err());
    }
    return thrown instanceof Failure failure ? failure.exitCode() : ExitCode.SOFTWARE;
  }

  /** What a person can do with it: the reason, or that it is a bug. */
  static String explain(Throwable thrown, boolean verbose) {
    if (isClear(thrown)) {
      return String.valueOf(thrown.getMessage());
    }
    if (isMemory(thrown)) {
      return "out of memory: lower --batch-size or --max-length (--window), give --dtype bf16, or"
          + " close other programs";
    }
    return "this is a bug in lorax: %s%s"
        .formatted(thrown, verbose ? "" : "; run again with --verbose and report it");
  }

  /** Whether its message is written for users. */
  static boolean isClear(Throwable thrown) {
    return thrown instanceof Failure || CLEAR.stream().anyMatch(type -> type.isInstance(thrown));
  }

  /** Whether memory was short, here or on a thread that worked for this one. */
  private static boolean isMemory(Throwable thrown) {
    String message = String.valueOf(thrown.getMessage());
    return thrown instanceof OutOfMemoryError
        || message.contains("can't allocate memory")
        || message.contains("not enough memory")
        || thrown.getCause() != null && isMemory(thrown.getCause());
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
