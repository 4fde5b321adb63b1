package dev.lorax.cli.console;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  /** The same failure, with where it arose before its message. */
  public static Failure within(String place, RuntimeException failed) {
    int code = failed instanceof Failure known ? known.exitCode : ExitCode.SOFTWARE;
    return new Failure("%s: %s".formatted(place, failed.getMessage()), code, failed);
  }

  /** A file or folder that cannot be read. */
  public static Failure unreadable(Path file, IOException cause) {
    return of("%s cannot be read (%s)".formatted(file, reason(cause)), cause);
  }

  /** A file or folder that cannot be written. */
  public static Failure unwritable(Path file, IOException cause) {
    return of(
        "%s cannot be written (%s): choose another place, or check its permissions"
            .formatted(file, reason(cause)),
        cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof NoSuchFileException) {
      return "no such place";
    }
    return cause instanceof FileSystemException known && known.getReason() != null
        ? known.getReason()
        : String.valueOf(cause.getMessage());
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
