package dev.lorax.checkpoint;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The files in the test resources that other programs made. */
final class Golden {
  private Golden() {}

  static Path folder(String name) {
    try {
      return Path.of(Golden.class.getResource("/golden/" + name).toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
