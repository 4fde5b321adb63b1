package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.run.RunState;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.ThreadChoice;
import dev.lorax.model.Classifier;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Engine;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** What does not change what is learned. */
final class RunningOptions {
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "Of the base's weights: f32, bf16, or quantised to nf4, int8 or int4 (default: as stored)."
              + " nf4 takes a quarter of the memory of bf16.")
  String type;

  @Option(
      names = "--adapter-dtype",
      paramLabel = "TYPE",
      description =
          "Of the adapter's file, f32, bf16 or f16 (default: ${DEFAULT-VALUE}; it is"
              + " trained in f32).")
  private String adapterType = "f32";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Processor threads (default: one a core, whatever its hyperthreads).")
  private Integer threads;

  @Option(
      names = "--sample",
      paramLabel = "PROMPT",
      description =
          "What base and adapted model go on with after training (default: the start of"
              + " what is held out; empty for no sample).")
  String prompt;

  @Option(
      names = "--sample-every",
      paramLabel = "N",
      description =
          "Steps between samples of the adapted model during training (default: none; they go to"
              + " the report).")
  Long sampleEvery;

  @Option(names = "--json", description = "Print the summary as one JSON object on stdout.")
  boolean json;

  private Optional<Integer> settled = Optional.empty();

  /**
   * Checks what needs no model.
   *
   * @throws Failure if a value is out of range
   */
  void check() {
    fileType();
    if (sampleEvery != null && sampleEvery < 1) {
      throw Failure.usage("--sample-every must be at least 1, not " + sampleEvery);
    }
    if (sampleEvery != null && noSample()) {
      throw Failure.usage(
          "--sample-every takes samples, and an empty --sample none: leave one out");
    }
  }

  DType fileType() {
    return ModelOptions.type(adapterType, Set.of(DType.F32, DType.BF16, DType.F16));
  }

  /** Unless told otherwise, a resumed run takes as many threads as before: bits depend on it. */
  void settle(RunState.Settled before) {
    settled = Optional.of(before.threads());
  }

  ThreadChoice applyThreads() {
    ThreadChoice choice =
        settled
            .filter(before -> threads == null)
            .map(ThreadChoice::resumed)
            .orElseGet(() -> ThreadChoice.here(threads));
    return Failure.orUsage(
        () -> {
          Engine.threads(choice.count());
          return choice;
        });
  }

  private boolean noSample() {
    return prompt != null && prompt.isEmpty();
  }

  /** The tokens that a sample goes on with; empty where none is wanted. */
  Optional<int[]> samplePrompt(AdapterTraining training) {
    if (noSample()) {
      return Optional.empty();
    }
    int[] tokens =
        prompt == null
            ? training.material().beginning()
            : training.base().tokenizer().encodeWithSpecials(prompt);
    return tokens.length == 0 ? Optional.empty() : Optional.of(tokens);
  }

  /** Before the run: what cannot be sampled afterwards is told now. */
  void checkSamples(Checkpoint base) {
    boolean prompted = prompt != null && !prompt.isEmpty();
    if (base.architecture() instanceof Classifier && (prompted || sampleEvery != null)) {
      throw Failure.usage(
          "%s would do nothing here, since %s chooses classes and writes no text: leave that out, of the"
                  .formatted(prompted ? "--sample" : "--sample-every", base.folder())
              + " recipe too");
    }
    if (prompted) {
      int tokens = base.tokenizer().encodeWithSpecials(prompt).length;
      int context = base.architecture().context();
      if (tokens > context) {
        throw Failure.usage(
            "--sample has %d tokens, but the model's context holds %d: shorten it"
                .formatted(tokens, context));
      }
    }
  }
}
