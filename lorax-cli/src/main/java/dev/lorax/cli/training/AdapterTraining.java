package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.graph.Graph;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.PeftFolder;
import dev.lorax.train.Trainer;
import java.util.function.BooleanSupplier;

/** Training one adapter for one base on one text: all of {@code lorax train} but the talking. */
public final class AdapterTraining implements AutoCloseable {
  private final LanguageModel base;
  private final TrainingOptions options;
  private final TrainingPlan plan;
  private final Adapter adapter;
  private final MemoryChoice memory;

  /**
   * Injects a fresh adapter and settles the plan.
   *
   * @throws Failure if options, text and model do not fit together
   */
  public AdapterTraining(
      LanguageModel base, LoraConfig config, TextData data, TrainingOptions options) {
    this.base = base;
    this.options = options;
    plan = TrainingPlan.of(options, data, base.architecture().context());
    Graph injected = Failure.orUsage(() -> Lorax.inject(base.graph(), config));
    adapter = Adapter.initial(injected, options.seed);
    try {
      checkWritable();
      memory =
          MemoryChoice.of(batch -> MemoryEstimate.of(base, adapter, batch, plan.window()), options);
    } catch (Failure refused) {
      adapter.close();
      throw refused;
    }
  }

  /** What could not be saved afterwards is told now. */
  private void checkWritable() {
    Failure.orUsage(
        () -> {
          PeftFolder.check(base, adapter);
          return adapter;
        });
  }

  /** The adapter, which {@link #run} trains in place. */
  public Adapter adapter() {
    return adapter;
  }

  /** What will be done. */
  public TrainingPlan plan() {
    return plan;
  }

  /** About how much memory it takes, and what is computed twice for that. */
  public MemoryChoice memory() {
    return memory;
  }

  /**
   * Trains.
   *
   * @param stop asked after every step whether to end there
   */
  public History run(Observer observer, BooleanSupplier stop) {
    try (Trainer trainer = trainer()) {
      return new TrainingRun(trainer, plan.heldOut(), plan.evalEvery(), observer).run(stop);
    }
  }

  private Trainer trainer() {
    return Failure.orUsage(
        () ->
            Trainer.of(base, adapter, plan.batches())
                .steps(plan.steps())
                .learningRate(options.learningRate)
                .schedule(options.schedule)
                .warmup(plan.warmup())
                .weightDecay(options.weightDecay)
                .clip(options.clip)
                .accumulation(options.accumulate)
                .recomputation(memory.recomputation())
                .seed(options.seed)
                .build());
  }

  @Override
  public void close() {
    adapter.close();
  }
}
