package dev.lorax.cli.doctor;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.DataOptions;
import dev.lorax.cli.training.ExampleMaterial;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.TrainingOptions;
import java.util.Optional;

/**
 * A run before its first step.
 *
 * @param base the frozen model
 * @param data what the user gave to learn from
 * @param options the numbers of the run
 * @param material what the data has become
 * @param training the adapter and the plan; empty if they could not be made
 */
public record Case(
    Checkpoint base,
    DataOptions data,
    TrainingOptions options,
    Material material,
    Optional<AdapterTraining> training) {

  /** The material, where it consists of samples and is no plain text. */
  Optional<ExampleMaterial> samples() {
    return material instanceof ExampleMaterial samples ? Optional.of(samples) : Optional.empty();
  }
}
