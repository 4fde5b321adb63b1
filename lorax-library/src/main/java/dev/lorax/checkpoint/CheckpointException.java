package dev.lorax.checkpoint;

import java.nio.file.Path;

/**
 * Something is wrong with a file or folder: one line says which, what, and what to do about it.
 *
 * <p>Names that come out of a file are untrusted; in messages they are shortened, and control
 * characters are replaced, so that the line stays one line.
 */
public final class CheckpointException extends RuntimeException {
  private static final int LONGEST_NAME = 120;

  /** A fault of a file, told as {@code FILE: what}. */
  public CheckpointException(Path file, String what) {
    this(file, what, null);
  }

  /** A fault of a file with its cause, told as {@code FILE: what}. */
  public CheckpointException(Path file, String what, Throwable cause) {
    this(file + ": " + what, cause);
  }

  private CheckpointException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** The same fault, told with the name that a user knows instead of a temporary one. */
  CheckpointException naming(Path known, Path temporary) {
    return new CheckpointException(
        getMessage().replace(temporary.toString(), known.toString()), this);
  }

  /** A name in quotes, shortened where it is very long. */
  public static String quote(String name) {
    int length = name.length();
    return length <= LONGEST_NAME
        ? "'" + name + "'"
        : "'%s…' (%d characters)".formatted(name.substring(0, LONGEST_NAME), length);
  }

  private static String oneLine(String message) {
    return message.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "�");
  }
}
