package dev.lorax.cli.export;

import dev.lorax.mlx.MlxFolder;
import java.nio.file.Path;
import java.util.List;

/** mlx-lm's folder. */
final class MlxTarget implements ExportTarget {
  @Override
  public String readers() {
    return "mlx-lm";
  }

  @Override
  public List<String> write(Path folder, Export export) {
    MlxFolder.write(folder, export.base(), export.adapter());
    return List.of();
  }
}
