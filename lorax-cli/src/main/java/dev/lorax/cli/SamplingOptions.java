package dev.lorax.cli;

import dev.lorax.cli.console.Failure;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.generate.Sampling;
import dev.lorax.generate.SamplingBuilder;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** How texts are drawn, by the names that users of transformers and llama.cpp know. */
final class SamplingOptions {
  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Below 1 is safer, above 1 wilder, 0 is greedy (default: ${DEFAULT-VALUE}).")
  private double temperature = 0.8;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Draw from the K most likely tokens only (default: 0, all).")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Draw from the most likely tokens that reach P together (default:"
              + " ${DEFAULT-VALUE}).")
  private double topP = 0.95;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description =
          "Draw from tokens at least P times as likely as the likeliest (default: 0," + " all).")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Above 1: tokens that occurred become less likely (default: 1, off).")
  private double repetitionPenalty = 1;

  @Option(names = "--greedy", description = "Always the likeliest token: the same text each time.")
  private boolean greedy;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Makes the text repeatable (default: another each time).")
  private Long seed;

  @Option(
      names = {"--max-tokens", "-n"},
      paramLabel = "N",
      description = "Most tokens to generate (default: ${DEFAULT-VALUE}).")
  private int maxTokens = 128;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Ends the text before this string; may be given several times.")
  private List<String> stops = List.of();

  /**
   * The options, checked.
   *
   * @throws Failure if one is out of range
   */
  Sampling sampling() {
    return Failure.orUsage(
        () -> {
          SamplingBuilder builder =
              Sampling.builder()
                  .temperature(greedy ? 0 : temperature)
                  .topK(topK)
                  .topP(topP)
                  .minP(minP)
                  .repetitionPenalty(repetitionPenalty);
          return (seed == null ? builder : builder.seed(seed)).build();
        });
  }

  /** The most tokens of a text. */
  int maxTokens() {
    return maxTokens;
  }

  /** Sets the options on a generation, which ends before those strings too. */
  GenerationBuilder on(GenerationBuilder generation, String... moreStops) {
    String[] all = Stream.concat(stops.stream(), Stream.of(moreStops)).toArray(String[]::new);
    return Failure.orUsage(() -> generation.sampling(sampling()).maxTokens(maxTokens).stop(all));
  }
}
