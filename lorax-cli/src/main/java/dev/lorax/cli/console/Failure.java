package dev.lorax.cli.console;

import java.util.function.Supplier;
import picocli.CommandLine.ExitCode;

/** Ends a command with one clear line: what, where, what to do. */
public final class Failure extends RuntimeException {
  private final int exitCode;

  private Failure(String message, int exitCode, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Something that the user gave or has does not work: exit code 1. */
  public static Failure of(String message) {
    return new Failure(message, ExitCode.SOFTWARE, null);
  }

  /** The same with its cause, which {@code --verbose} shows. */
  public static Failure of(String message, Throwable cause) {
    return new Failure(message, ExitCode.SOFTWARE, cause);
  }

  /** The command was called wrongly: exit code 2. */
  public static Failure usage(String message) {
    return new Failure(message, ExitCode.USAGE, null);
  }

  /** A value made from options; where the library refuses them, that is wrong usage. */
  public static <T> T orUsage(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException refused) {
      throw new Failure(refused.getMessage(), ExitCode.USAGE, refused);
    }
  }

  /** A value made from the user's files; where the library refuses them, the command fails. */
  public static <T> T orFail(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException refused) {
      throw of(refused.getMessage(), refused);
    }
  }

  /** The exit code that says the same. */
  public int exitCode() {
    return exitCode;
  }
}
