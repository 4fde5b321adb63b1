package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.LoraPlus;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.PeftFolder;
import dev.lorax.train.Neftune;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import dev.lorax.train.TrainerBuilder;
import dev.lorax.train.TrainerState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Training one adapter for one base on some material: all of {@code lorax train} but the talking.
 */
public final class AdapterTraining implements AutoCloseable {
  private static final String STATE = "trainer.safetensors";

  private final LanguageModel base;
  private final TrainingOptions options;
  private final Material material;
  private final TrainingPlan plan;
  private final Adapter adapter;
  private final MemoryChoice memory;
  private Optional<TrainerState> state = Optional.empty();
  private History earlier = History.NONE;
  private Trainer trainer;

  /**
   * Injects a fresh adapter and settles the plan.
   *
   * @throws Failure if options, material and model do not fit together
   */
  public AdapterTraining(
      LanguageModel base, LoraConfig config, Material material, TrainingOptions options) {
    this.base = base;
    this.material = material;
    this.options = options;
    plan = TrainingPlan.of(options, material);
    adapter = FreshAdapter.of(base, config, plan.batches(), options.seed);
    try {
      checkWritable();
      memory =
          MemoryChoice.of(
              batch ->
                  MemoryEstimate.ofTokens(
                      base, adapter, material.mostTokens(batch), material.longest()),
              options);
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

  /** The frozen model. */
  public LanguageModel base() {
    return base;
  }

  /** The numbers of the run, as they were given. */
  public TrainingOptions options() {
    return options;
  }

  /** What is learned from. */
  public Material material() {
    return material;
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
   * Makes the run go on where an earlier one was saved.
   *
   * @param place where {@link #save} wrote; empty: nothing had been saved yet
   * @param before what happened until then
   * @throws dev.lorax.checkpoint.CheckpointException if the file there is damaged
   */
  public void resume(Optional<Path> place, History before) {
    state = place.map(saved -> TrainerState.read(saved.resolve(STATE)));
    earlier = before;
  }

  /** Whether the run that is resumed had come to its end. */
  public boolean isOver() {
    boolean isLast = state.map(TrainerState::steps).orElse(0L) >= plan.steps();
    return isLast || rhythm().isHopeless(earlier.measures());
  }

  private TrainingRun.Rhythm rhythm() {
    return new TrainingRun.Rhythm(plan.evalEvery(), options.patience);
  }

  /** While the run goes on: writes all that it needs to go on later, into a folder. */
  public void save(Path place) {
    try (TrainerState now = trainer.state()) {
      now.write(place.resolve(STATE));
    }
    PeftFolder.write(place.resolve("adapter"), base, adapter);
  }

  /**
   * Trains.
   *
   * @param stop asked after every step whether to end there
   */
  public History run(Observer observer, BooleanSupplier stop) {
    try (Trainer running = trainer()) {
      trainer = running;
      return new TrainingRun(running, plan.heldOut(), rhythm(), observer)
          .after(earlier, state.map(TrainerState::steps).orElse(0L))
          .scoredBy(material.scores(adapter))
          .run(stop);
    }
  }

  /**
   * Takes the first steps of the run and measures on one batch. The adapter keeps what it learned,
   * so that {@link #run} wants another object.
   *
   * @param count at least 1, at most those of the plan
   * @throws dev.lorax.train.TrainingException as training itself would
   */
  public Trial trial(int count) {
    try (Trainer trying = trainer()) {
      List<Step> steps = new ArrayList<>();
      for (Step step : trying) {
        steps.add(step);
        if (steps.size() == count) {
          break;
        }
      }
      return new Trial(steps, plan.heldOut().map(text -> time(trying, text)).orElse(Duration.ZERO));
    }
  }

  private static Duration time(Trainer trainer, HeldOut text) {
    trainer.evaluate(text.batches(), 1); // the first time takes longer
    long start = System.nanoTime();
    trainer.evaluate(text.batches(), 1);
    return Duration.ofNanos(System.nanoTime() - start).multipliedBy(text.count());
  }

  private Trainer trainer() {
    return Failure.orUsage(
        () -> {
          TrainerBuilder builder =
              Trainer.of(base, adapter, plan.batches())
                  .steps(plan.steps())
                  .learningRate(options.learningRate)
                  .schedule(options.schedule)
                  .warmup(plan.warmup())
                  .weightDecay(options.weightDecay)
                  .clip(options.clip)
                  .accumulation(options.accumulate)
                  .recomputation(memory.recomputation())
                  .labelSmoothing(options.labelSmoothing)
                  .rateFactors(new LoraPlus(options.loraPlus))
                  .seed(options.seed);
          if (options.neftune != 0) {
            builder.rewrite(new Neftune(options.neftune));
          }
          state.ifPresent(builder::resume);
          return builder.build();
        });
  }

  @Override
  public void close() {
    state.ifPresent(TrainerState::close);
    adapter.close();
  }
}
