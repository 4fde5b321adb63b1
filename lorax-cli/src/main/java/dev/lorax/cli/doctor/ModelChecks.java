package dev.lorax.cli.doctor;

import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.lora.Merge;
import dev.lorax.tensor.DType;
import java.util.List;

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

  /** A merge into a matrix that two nodes share must part them. */
  static List<Diagnosis> tiedWeights(Case run) {
    return run.training().map(AdapterTraining::adapter).filter(Merge::parts).stream()
        .map(
            adapter ->
                Diagnosis.note(
                    "tied-weights",
                    "embedding and output head share a table, of which the adapter changes one",
                    "'lorax merge' gives the head a table of its own, and the merged model grows"
                        + " by that much"))
        .toList();
  }
}
