package dev.lorax.cli.doctor;

import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.lora.Merge;
import dev.lorax.tensor.DType;
import java.util.List;
import java.util.stream.Stream;

/** Whether base and adapter get on with each other later. */
final class ModelChecks {
  private ModelChecks() {}

  /** Merging in 16 bits rounds small changes away. */
  static List<Diagnosis> sixteenBits(Case run) {
    return run.base().parameters().type() == DType.BF16
        ? List.of(
            Diagnosis.note(
                "sixteen-bits",
                "the base is in bf16, to which a merged model is rounded",
                "'lorax merge' adds in f32, rounds once and tells how much of the change that"
                    + " takes; unmerged, or merged with --dtype f32, the adapter loses nothing"))
        : List.of();
  }

  /** A merge into a matrix that two nodes share would change both. */
  static List<Diagnosis> tiedWeights(Case run) {
    return run.training().map(AdapterTraining::adapter).stream()
        .flatMap(
            adapter -> {
              try {
                Merge.check(adapter);
                return Stream.empty();
              } catch (IllegalArgumentException tied) {
                return Stream.of(Diagnosis.warning("tied-weights", tied.getMessage(), ""));
              }
            })
        .toList();
  }
}
