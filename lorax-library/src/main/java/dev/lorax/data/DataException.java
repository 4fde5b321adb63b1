package dev.lorax.data;

import java.nio.file.Path;

/** A file of samples cannot be used: one line says which, where in it, what, and what to do. */
public final class DataException extends RuntimeException {
  /** A fault of a whole file, told as {@code FILE: what}. */
  public DataException(Path file, String what) {
    super(file + ": " + what);
  }

  /** A fault of a file with its cause, told as {@code FILE: what}. */
  DataException(Path file, String what, Throwable cause) {
    super(file + ": " + what, cause);
  }

  /** A fault of one line, counted from 1, told as {@code FILE, line N: what}. */
  public DataException(Path file, long line, String what) {
    super("%s, line %d: %s".formatted(file, line, what));
  }
}
