package dev.lorax.train;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * All that a run needs to go on where it was, bit for bit: the trained values, the optimiser's
 * means, the number of steps done and the seed. Batches and schedules are functions of numbers, and
 * so need no more.
 *
 * <p>On disk it is a safetensors file with float32 tensors {@code value.NAME}, {@code mean.NAME}
 * and {@code square.NAME} for every trained parameter. In memory it copies nothing: it shows the
 * trainer's memory, or the file's. So it holds until the trainer's next step; close it when done.
 *
 * <pre>{@code
 * try (TrainerState state = trainer.state()) {
 *   state.write(file);
 * }
 * try (TrainerState state = TrainerState.read(file)) {
 *   trainer = Trainer.of(base, adapter, batches).steps(300).resume(state).build();
 * }
 * }</pre>
 */
public final class TrainerState implements AutoCloseable {
  private static final String STEPS = "steps";
  private static final String SEED = "seed";

  private final String name;
  private final long steps;
  private final long seed;
  private final Map<String, Tensor> tensors;
  private final LongSupplier now;

  private TrainerState(
      String name, long steps, long seed, Map<String, Tensor> tensors, LongSupplier now) {
    this.name = name;
    this.steps = steps;
    this.seed = seed;
    this.tensors = tensors;
    this.now = now;
  }

  /** The state of a trainer. */
  static TrainerState of(FlatParameters parameters, AdamW optimizer, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    buffers(parameters, optimizer)
        .forEach(
            (part, buffer) ->
                parameters
                    .parts(buffer)
                    .forEach((own, tensor) -> tensors.put(part + "." + own, tensor)));
    return new TrainerState(
        "The trainer's state", optimizer.steps(), seed, tensors, optimizer::steps);
  }

  private static Map<String, Tensor> buffers(FlatParameters parameters, AdamW optimizer) {
    return Map.of(
        "value", parameters.values(), "mean", optimizer.mean(), "square", optimizer.square());
  }

  /**
   * Reads a state, without its tensors: they come from disk when a trainer takes them.
   *
   * @throws CheckpointException if the file is missing, damaged, or no trainer's state
   */
  public static TrainerState read(Path file) {
    try (Safetensors stored = Safetensors.open(file)) {
      long steps = number(file, stored.metadata(), STEPS);
      long seed = number(file, stored.metadata(), SEED);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      stored.names().forEach(name -> tensors.put(name, stored.get(name)));
      return new TrainerState(file.toString(), steps, seed, tensors, () -> steps);
    }
  }

  private static long number(Path file, Map<String, String> metadata, String key) {
    try {
      return Long.parseLong(metadata.getOrDefault(key, "nothing"));
    } catch (NumberFormatException none) {
      throw new CheckpointException(
          file, "is no state of a trainer: it lacks the number of '%s'".formatted(key));
    }
  }

  /**
   * Writes it; the file is there whole or not at all.
   *
   * @throws CheckpointException if the file cannot be written
   * @throws IllegalStateException if the trainer has gone on
   */
  public void write(Path file) {
    requireCurrent();
    Map<String, String> metadata = new HashMap<>(SafetensorsWriter.FORMAT);
    metadata.put(STEPS, Long.toString(steps));
    metadata.put(SEED, Long.toString(seed));
    SafetensorsWriter.write(file, tensors, metadata);
  }

  /** The number of optimiser steps done. */
  public long steps() {
    return steps;
  }

  /** The seed of the run. */
  public long seed() {
    return seed;
  }

  /**
   * Checks that it is a state of training those parameters.
   *
   * @throws IllegalArgumentException one message that lists all that is missing, left over or
   *     mis-shaped
   */
  void check(Parameters trained) {
    requireCurrent();
    List<String> faults = new ArrayList<>();
    Set<String> leftOver = new LinkedHashSet<>(tensors.keySet());
    for (String part : List.of("value", "mean", "square")) {
      trained
          .asMap()
          .forEach(
              (own, value) -> {
                leftOver.remove(part + "." + own);
                check(part + "." + own, value.shape(), faults);
              });
    }
    leftOver.forEach(key -> faults.add(key + " is left over"));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          "%s does not fit what is trained: %s".formatted(name, String.join("; ", faults)));
    }
  }

  private void check(String key, Shape wanted, List<String> faults) {
    Tensor found = tensors.get(key);
    if (found == null) {
      faults.add(key + " is missing");
    } else if (!found.shape().equals(wanted) || found.dtype() != DType.F32) {
      faults.add("%s is %s instead of %s".formatted(key, found, DType.F32 + "" + wanted));
    }
  }

  /** Copies it into a trainer's memory; it must have been checked. */
  void restore(FlatParameters parameters, AdamW optimizer) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      buffers(parameters, optimizer)
          .forEach(
              (part, buffer) ->
                  parameters
                      .parts(buffer)
                      .forEach(
                          (own, memory) ->
                              scope.adopt(memory).copyInPlace(tensors.get(part + "." + own))));
    }
    optimizer.resume(steps);
  }

  private void requireCurrent() {
    if (now.getAsLong() != steps) {
      throw new IllegalStateException(
          "The trainer has gone on since its state of step %d was taken: take it again"
              .formatted(steps));
    }
  }

  /** Lets go of the memory or file that it shows. */
  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }
}
