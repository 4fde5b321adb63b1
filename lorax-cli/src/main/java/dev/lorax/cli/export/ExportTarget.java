package dev.lorax.cli.export;

import java.nio.file.Path;
import java.util.List;

/** A form in which an adapter can be written. */
public interface ExportTarget {
  /** Who reads it, in a few words. */
  String readers();

  /**
   * Writes it.
   *
   * @param folder a new or empty folder; it appears whole or not at all
   * @return what the user should know, a line each
   * @throws IllegalArgumentException if the form has no place for something (named)
   */
  List<String> write(Path folder, Export export);
}
