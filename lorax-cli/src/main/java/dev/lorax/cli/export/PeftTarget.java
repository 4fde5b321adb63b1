package dev.lorax.cli.export;

import dev.lorax.lora.Adapter;
import dev.lorax.peft.ModuleChanges;
import dev.lorax.peft.ModuleTable;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.nio.file.Path;
import java.util.List;

/**
 * PEFT's folder at its plainest: one rank, one whole alpha, no rsLoRA. What PEFT alone can say
 * stays as it is.
 */
final class PeftTarget implements ExportTarget {
  @Override
  public String readers() {
    return "PEFT and vLLM, with one rank and one whole alpha for all modules";
  }

  @Override
  public List<String> write(Path folder, Export export) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      ModuleChanges changes =
          ModuleTable.of(export.base()).changes(export.adapter(), "PEFT's plainest format");
      write(folder, export, changes);
      return List.of();
    } catch (IllegalArgumentException more) {
      PeftFolder.write(folder, export.base(), export.adapter());
      return List.of("for PEFT alone, as it was: " + more.getMessage());
    }
  }

  /** Writes changes with one rank and one whole alpha. */
  static void write(Path folder, Export export, ModuleChanges changes) {
    ModuleChanges uniform = changes.uniform();
    double alpha = uniform.list().get(0).scale() * uniform.list().get(0).factors().rank();
    ModuleChanges whole = isWhole(alpha) ? uniform : uniform.scaled(1);
    try (Adapter adapter = ModuleTable.of(export.base()).adapter(whole)) {
      PeftFolder.write(folder, export.base(), adapter);
    }
  }

  private static boolean isWhole(double alpha) {
    return alpha == Math.rint(alpha) && alpha > 0;
  }
}
