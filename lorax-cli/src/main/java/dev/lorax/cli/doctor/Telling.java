package dev.lorax.cli.doctor;

import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.MemoryBudget;
import dev.lorax.cli.training.MemoryChoice;
import java.util.List;

/** Who is told what an examination shows, part by part, in this order; not all may come. */
public interface Telling {
  /** What is trained, and what is frozen. */
  void modules(List<ModuleKind> kinds);

  /** Some samples, as they are learned. */
  void samples(List<SampleView> samples);

  /** How many tokens there are. */
  void data(Material material);

  /** What training will hold at its peak. */
  void memory(MemoryChoice choice, MemoryBudget budget);

  /** How long it will take. */
  void time(TimeEstimate estimate);

  /** All that was found. */
  void findings(List<Diagnosis> found);
}
