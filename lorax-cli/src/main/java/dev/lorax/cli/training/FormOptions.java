package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.lora.BiasedLora;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Dora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Starts;
import dev.lorax.lora.Targets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** How a product enters its target, how it begins, and what is trained besides. */
public final class FormOptions {
  /** Which of the base's biases are trained, too. */
  public enum Bias {
    /** None. */
    none,
    /** All of the model. */
    all,
    /** Those of adapted nodes. */
    lora_only
  }

  /** Whether the scale is alpha / √rank. */
  @Option(
      names = "--rslora",
      description =
          "Scale by alpha / √rank (rank-stabilised LoRA), so that high ranks learn as fast as low"
              + " ones.")
  public boolean rslora;

  /** Whether magnitude and direction are learned apart. */
  @Option(
      names = "--dora",
      description =
          "Weight-decomposed adaptation (DoRA): the lengths of a matrix's rows are learned apart"
              + " from their directions; better at low ranks, a little slower.")
  public boolean dora;

  /** Whether B has a bias. */
  @Option(names = "--lora-bias", description = "Give each B a bias of its own.")
  public boolean loraBias;

  /** How A and B begin; null: PEFT's default. */
  @Option(
      names = "--init",
      paramLabel = "NAME",
      description =
          "How A and B begin: default, gaussian, orthogonal, pissa (with the principal part of the"
              + " weight), pissa_niter_16 (the same, faster), olora, eva (with the directions in which the"
              + " data vary most), or loftq (with what quantising the base loses); saved as plain LoRA always.")
  public String init;

  /** The base's biases that are trained, too. */
  @Option(
      names = "--bias",
      paramLabel = "WHICH",
      description =
          "Biases of the model that are trained, too: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  public Bias bias = Bias.none;

  /** Ends of names of nodes that are trained whole; null: none. */
  @Option(
      names = "--modules-to-save",
      split = ",",
      paramLabel = "NAME",
      description =
          "Nodes that are trained and saved whole, such as lm_head and embed_tokens where new"
              + " tokens are learned.")
  public List<String> modules;

  /** Tokens whose rows are trained; null: none. */
  @Option(
      names = "--train-tokens",
      split = ",",
      paramLabel = "TOKEN",
      description =
          "Tokens, or their ids, whose rows of the embedding are trained: what new tokens need,"
              + " much smaller than the whole table.")
  public List<String> tokens;

  /** Other ranks, by pattern; null: none. */
  @Option(
      names = "--rank-pattern",
      split = ",",
      paramLabel = "NAME=R",
      description = "Other ranks for nodes whose names end so: down=16 (regular expressions).")
  public List<String> ranks;

  /** Other alphas, by pattern; null: none. */
  @Option(
      names = "--alpha-pattern",
      split = ",",
      paramLabel = "NAME=A",
      description = "Other alphas for nodes whose names end so.")
  public List<String> alphas;

  /**
   * Puts the choices into a configuration.
   *
   * @throws Failure if two exclude each other
   */
  void apply(LoraConfig.Builder builder, ModuleNames names) {
    if (dora && loraBias) {
      throw Failure.usage("--dora and --lora-bias exclude each other: leave one out");
    }
    builder.rankStabilized(rslora);
    if (dora) {
      builder.form(Dora::of);
    }
    if (loraBias) {
      builder.form(BiasedLora::of);
    }
    if (init != null) {
      builder.start(Starts.named(init));
    }
    patterns("--rank-pattern", ranks, Integer::valueOf).forEach(builder::rank);
    patterns("--alpha-pattern", alphas, Double::valueOf).forEach(builder::alpha);
    Stream.of(copies(names), names.head())
        .flatMap(Optional::stream)
        .reduce(Copies::and)
        .ifPresent(builder::copies);
    if (tokens != null && names.base().isPresent()) { // without a model nothing is known of them
      builder.tokens(tokens.stream().mapToInt(names::token).toArray());
    }
  }

  private static <V> Map<String, V> patterns(
      String option, List<String> given, Function<String, V> number) {
    Map<String, V> patterns = new LinkedHashMap<>();
    for (String one : given == null ? List.<String>of() : given) {
      int end = one.lastIndexOf('=');
      try {
        patterns.put(one.substring(0, end), number.apply(one.substring(end + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException unfit) {
        throw Failure.usage(
            "%s %s: give the end of a name and a number, such as down=16".formatted(option, one));
      }
    }
    return patterns;
  }

  private Optional<Copies> copies(ModuleNames names) {
    Optional<Copies> biases =
        switch (bias) {
          case none -> Optional.empty();
          case all -> Optional.of(Copies.biases());
          case lora_only -> Optional.of(Copies.biasesOfTargets());
        };
    if (modules == null) {
      return biases;
    }
    Copies saved = Copies.nodes(names.in(Targets.named(modules.toArray(String[]::new))));
    return Optional.of(biases.map(saved::and).orElse(saved));
  }
}
