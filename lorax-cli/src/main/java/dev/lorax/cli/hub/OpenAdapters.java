package dev.lorax.cli.hub;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.lora.Adapter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adapters that are open over one model, by short names. Close it before the model. */
public final class OpenAdapters implements AutoCloseable {
  private final Checkpoint base;
  private final ModelSource model;
  private final AdapterReading reading;
  private final Console console;
  private final Map<String, Adapter> byName = new LinkedHashMap<>();
  private final Map<Path, String> names = new LinkedHashMap<>();

  /** None yet, over an open model that came from there. */
  public OpenAdapters(Checkpoint base, ModelSource model, AdapterReading reading, Console console) {
    this.base = base;
    this.model = model;
    this.reading = reading;
    this.console = console;
  }

  /**
   * Opens one, unless it is open; what it says it was trained on is told where that is another.
   *
   * @return its name here: short, or as it was given where another has the short one
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be read or does not fit
   * @throws dev.lorax.cli.console.Failure if it cannot be had
   */
  public String open(ModelSource source) {
    Path folder = source.folder().toAbsolutePath().normalize();
    return names.computeIfAbsent(folder, place -> open(source, place));
  }

  private String open(ModelSource source, Path folder) {
    String name = byName.containsKey(source.name()) ? source.text() : source.name();
    byName.put(name, reading.read(folder, base));
    AdapterFormat.trainedOn(folder)
        .filter(other -> !model.mayBe(other))
        .ifPresent(
            other ->
                console.note(
                    "note",
                    "adapter %s was trained on %s, not on %s: it fits, but may not work as well"
                        .formatted(name, other, model.exactName())));
    return name;
  }

  /** All of them, in the order in which they were opened. */
  public Map<String, Adapter> byName() {
    return Collections.unmodifiableMap(byName);
  }

  @Override
  public void close() {
    byName.values().forEach(Adapter::close);
  }
}
