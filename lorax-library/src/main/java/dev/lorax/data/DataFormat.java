package dev.lorax.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a file was found to be.
 *
 * @param container how it holds its samples
 * @param layout what a sample consists of
 * @param unpacked the temporary file to which a gzipped one was unpacked
 */
public record DataFormat(Container container, Layout layout, Optional<Path> unpacked) {
  /** One line, as in "chat messages, JSON lines, gzipped". */
  @Override
  public String toString() {
    String packed = unpacked.map(path -> ", gzipped (unpacked to %s)".formatted(path)).orElse("");
    return "%s, %s%s".formatted(layout, container, packed);
  }
}
