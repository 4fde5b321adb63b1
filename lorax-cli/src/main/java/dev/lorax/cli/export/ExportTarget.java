package dev.lorax.cli.export;

import dev.lorax.gguf.GgufType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A form in which an adapter can be written. */
public interface ExportTarget {
  /** Who reads it, in a few words. */
  String readers();

  /** The type of its numbers unless another is asked for; empty where there is no choice. */
  default Optional<GgufType> type() {
    return Optional.empty();
  }

  /**
   * Writes it.
   *
   * @param folder a new or empty folder; it appears whole or not at all
   * @return what the user should know, a line each
   * @throws IllegalArgumentException if the form has no place for something (named)
   */
  List<String> write(Path folder, Export export);
}
