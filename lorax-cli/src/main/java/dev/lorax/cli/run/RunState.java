package dev.lorax.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a run must find as it was to go on as if it had never stopped.
 *
 * @param step optimiser steps done
 * @param settled what the machine decided, and another one might decide otherwise
 * @param recipe every option
 * @param files what base and data hold
 */
public record RunState(long step, Settled settled, Recipe recipe, Fingerprint files) {
  static final String FILE = "run.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** Options that may be others on resumption, since no number depends on them. */
  private static final Set<String> FREE =
      Set.of(
          "checkpoint-every",
          "keep-checkpoints",
          "memory-budget",
          "sample",
          "sample-every",
          "threads",
          "recompute",
          "adapter-dtype");

  /**
   * What tokens and numbers' last bits depend on, and no option needs to say.
   *
   * @param threads of the processor
   * @param recompute share of the model that is computed twice
   * @param time when the run began, as {@link java.time.LocalDateTime} writes it: the date that a
   *     chat template writes
   */
  public record Settled(int threads, double recompute, String time) {}

  /**
   * Reads the state in a checkpoint's folder.
   *
   * @throws Failure if it cannot be read
   */
  public static RunState ofCheckpoint(Path folder) {
    return read(folder, "remove " + folder);
  }

  /** Reads the state as the run was begun, in the run's own folder. */
  static RunState ofRun(Path folder) {
    return read(folder, "put back that of a checkpoint, which says the same");
  }

  private static RunState read(Path folder, String remedy) {
    Path file = folder.resolve(FILE);
    try {
      return JSON.readValue(Files.readString(file), RunState.class);
    } catch (JsonProcessingException wrong) {
      throw Failure.of("%s is damaged: %s".formatted(file, remedy), wrong);
    } catch (IOException failed) {
      throw Failure.unreadable(file, failed);
    }
  }

  /** Writes it into a checkpoint's folder. */
  void write(Path folder) {
    try {
      AtomicFile.write(folder.resolve(FILE), JSON.writeValueAsString(this));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The same after so many steps. */
  public RunState at(long done) {
    return new RunState(done, settled, recipe, files);
  }

  /**
   * Checks that a run may go on from here.
   *
   * @param now the run as its options and files describe it today
   * @throws Failure if the recipe, the base or the data are others; it names what
   */
  public void requireSame(RunState now) {
    List<String> found = new ArrayList<>(now.files.differences(files));
    for (String name : now.recipe.differences(recipe)) {
      if (!FREE.contains(name)) {
        found.add(
            "'%s' was %s and is %s".formatted(name, value(recipe, name), value(now.recipe, name)));
      }
    }
    if (!found.isEmpty()) {
      throw Failure.of(
          ("this is not the run that was begun: %s. Put it back as it was, or begin a new run with"
                  + " another --out")
              .formatted(String.join("; ", found)));
    }
  }

  private static String value(Recipe recipe, String name) {
    List<String> values = recipe.of(name);
    return values.isEmpty() ? "not given" : values.stream().collect(Collectors.joining(", "));
  }
}
