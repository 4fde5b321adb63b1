package dev.lorax.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.compatibility.Tools;
import dev.lorax.cli.report.AdapterModules;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.lora.Adapter;
import dev.lorax.peft.PeftFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether what training will leave is the same when it is read again, and who else can read it. */
final class SavedAdapter {
  private static final String NAME = "saved-adapter";
  private static final double TOLERANCE = 1e-5; // of a change's norm, which is taken in float64

  private SavedAdapter() {}

  static List<Diagnosis> check(Case run) {
    return run.training().map(AdapterTraining::adapter).stream()
        .flatMap(adapter -> written(run.base(), adapter).stream())
        .toList();
  }

  private static List<Diagnosis> written(Checkpoint base, Adapter adapter) {
    try {
      Path temporary = Files.createTempDirectory("lorax-doctor");
      try {
        Path folder = temporary.resolve("adapter");
        PeftFolder.write(folder, base, adapter);
        List<Diagnosis> found = new ArrayList<>();
        try (Adapter read = PeftFolder.read(folder, base)) {
          found.addAll(compared(base, adapter, read));
        }
        JsonNode config =
            new ObjectMapper().readTree(folder.resolve("adapter_config.json").toFile());
        Tools.obstacles(base.config().text("model_type"), config).stream()
            .map(obstacle -> Diagnosis.note("compatibility", obstacle.what(), obstacle.remedy()))
            .forEach(found::add);
        return found;
      } finally {
        AtomicFolder.delete(temporary);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("The adapter cannot be tried in a temporary folder", failed);
    }
  }

  /** By the change of each module, which holds its scale. */
  private static List<Diagnosis> compared(Checkpoint base, Adapter adapter, Adapter read) {
    List<AdapterModules.Module> before = AdapterModules.of(base, adapter);
    if (before.stream().allMatch(SavedAdapter::isFresh)) {
      return List.of(); // a fresh adapter is like any other
    }
    List<AdapterModules.Module> after = AdapterModules.of(base, read);
    List<String> other =
        before.stream()
            .filter(module -> after.stream().noneMatch(found -> isSame(module, found)))
            .map(AdapterModules.Module::name)
            .toList();
    return List.of(
        other.isEmpty()
            ? Diagnosis.ok(
                NAME,
                "written in PEFT's format and read again, all %d modules change the model as before"
                    .formatted(before.size()))
            : Diagnosis.error(
                NAME,
                "written and read again, other changes come of " + String.join(", ", other),
                "this is a bug in lorax: report it"));
  }

  /** Without a change but that of rounding, which DoRA's lengths have. */
  private static boolean isFresh(AdapterModules.Module module) {
    return module.change() <= 1e-6 * module.weight();
  }

  private static boolean isSame(AdapterModules.Module one, AdapterModules.Module other) {
    return one.name().equals(other.name())
        && Math.abs(one.change() - other.change()) <= TOLERANCE * one.change();
  }
}
