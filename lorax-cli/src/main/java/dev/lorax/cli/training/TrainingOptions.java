package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.train.Schedule;
import picocli.CommandLine.Option;

/** The numbers of a run, with their defaults; on the command line, options of those names. */
public final class TrainingOptions extends StepOptions {
  private static final double USUAL_SHARE = 0.1; // held out
  private static final double MOST_RATE = 1e20; // larger steps are no float32
  private static final String RATES = "above 0 and at most 1e20";
  private static final String AMOUNTS = "at least 0 and finite";
  private static final String SHARES = "at least 0 and below 1";

  /** The schedule's peak. */
  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description =
          "Peak learning rate of AdamW (default: 3e-4, usual for LoRA: ten"
              + " times that of full fine-tuning, since B starts at zero).")
  public double learningRate = 3e-4;

  /** How the learning rate goes over the run. */
  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description =
          "constant, linear, cosine, cosine-with-restarts (two cycles), polynomial or inverse-sqrt"
              + " (default: ${DEFAULT-VALUE}: ends in small, calm steps).")
  public Schedule schedule = Schedule.COSINE;

  /** Steps of the rise; null: 5 % of the run, at most 100. */
  @Option(
      names = "--warmup",
      paramLabel = "N",
      description =
          "Steps over which the learning rate rises from 0 (default: 5 %% of the run, at"
              + " most 100: AdamW's first steps are guesses).")
  public Long warmup;

  /** Decoupled weight decay. */
  @Option(
      names = "--weight-decay",
      paramLabel = "RATE",
      description = "Decay of A and B (default: ${DEFAULT-VALUE}: the low rank restrains enough).")
  public double weightDecay;

  /** Largest gradient norm. */
  @Option(
      names = "--clip",
      paramLabel = "NORM",
      description =
          "Largest norm of all gradients together, 0 for none (default:"
              + " ${DEFAULT-VALUE}: one odd window cannot spoil the run).")
  public double clip = 1;

  /** The learning rate of B by that of A; 1: the same. */
  @Option(
      names = "--lora-plus",
      paramLabel = "RATIO",
      description =
          "Learning rate of B by that of A (default: ${DEFAULT-VALUE}; LoRA+ found 16 to learn"
              + " about twice as fast).")
  public double loraPlus = 1;

  /** Noise on the embeddings; 0: none. */
  @Option(
      names = "--neftune",
      paramLabel = "ALPHA",
      description =
          "Strength of NEFTune's noise on the embeddings in training (default: ${DEFAULT-VALUE},"
              + " none; 5 is usual for instructions).")
  public double neftune;

  /** Share of each label that all tokens share; 0: none. */
  @Option(
      names = "--label-smoothing",
      paramLabel = "SHARE",
      description =
          "Share of each label that is spread over the vocabulary in training (default:"
              + " ${DEFAULT-VALUE}).")
  public double labelSmoothing;

  /** Whether windows follow each other. */
  @Option(
      names = "--consecutive",
      description = "Take windows one after the other, not at random places.")
  public boolean consecutive;

  /** Share that is measured on; null: a tenth. */
  @Option(
      names = "--held-out",
      paramLabel = "SHARE",
      description =
          "Share of the text, at its end, that is measured on and never learned from"
              + " (default: 0.1; 0 for none).")
  public Double heldOut;

  /** Measurements without a better loss that end the run; 0: it goes to its last step. */
  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "End the run after that many measurements in a row without a lower held-out loss"
              + " (default: ${DEFAULT-VALUE}, never).")
  public int patience;

  /** Steps between measurements; null: a fifth of the run. */
  @Option(
      names = "--eval-every",
      paramLabel = "N",
      description =
          "Steps between measurements on the held-out text (default: a fifth of the run;"
              + " each takes at most 100 windows).")
  public Long evalEvery;

  /** A size that memory should stay under; null: what the machine has free. */
  @Option(
      names = "--memory-budget",
      paramLabel = "SIZE",
      description =
          "Memory that the whole run should stay under, for example 2GB (default: what is free"
              + " here, less a tenth). What does not fit is computed twice.")
  public String memoryBudget;

  /** Share of the model that is computed twice; null: as little as fits. */
  @Option(
      names = "--recompute",
      paramLabel = "SHARE",
      description =
          "Share of the model that is computed twice to save memory, 0 to 1 (default: as little as"
              + " fits the budget; 1 takes about a third longer).")
  public Double recompute;

  /** Of A, of the places of windows, of dropout. */
  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Of all that is random (default: ${DEFAULT-VALUE}: the same command gives the"
              + " same adapter).")
  public long seed = 42;

  /** The share that is measured on, where none is given too. */
  public double share() {
    return heldOut == null ? USUAL_SHARE : heldOut;
  }

  /**
   * Checks the numbers, before model and data are read.
   *
   * @throws Failure if one is out of range, or two do not fit together
   */
  @Override
  public void check() {
    super.check();
    least("--warmup", warmup, 0);
    least("--eval-every", evalEvery, 1);
    least("--patience", patience, 0);
    range("--learning-rate", learningRate, learningRate > 0 && learningRate <= MOST_RATE, RATES);
    range("--lora-plus", loraPlus, loraPlus > 0 && Double.isFinite(loraPlus), "above 0 and finite");
    range("--neftune", neftune, isAmount(neftune), AMOUNTS);
    range("--weight-decay", weightDecay, isAmount(weightDecay), AMOUNTS);
    range("--clip", clip, clip >= 0, "at least 0");
    range("--label-smoothing", labelSmoothing, isShare(labelSmoothing), SHARES);
    range("--held-out", heldOut, isShare(share()), SHARES);
    boolean isPart = recompute == null || recompute >= 0 && recompute <= 1;
    range("--recompute", recompute, isPart, "between 0 and 1");
  }

  private static boolean isAmount(double value) {
    return value >= 0 && Double.isFinite(value);
  }

  private static boolean isShare(double value) {
    return value >= 0 && value < 1;
  }

  private static void range(String option, Double value, boolean isInside, String range) {
    if (!isInside) {
      throw Failure.usage("%s must be %s, not %s".formatted(option, range, value));
    }
  }
}
