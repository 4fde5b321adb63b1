package dev.lorax.lora;

import dev.lorax.graph.Node;
import dev.lorax.op.Dense;
import dev.lorax.op.Linear;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What is adapted, and how.
 *
 * <p>Defaults are those of the Elixir package {@code lorax}: rank 1, alpha 2, no dropout, queries
 * and values. The three flags mean dense nodes whose name ends in {@code query}, {@code key} or
 * {@code value}, in every architecture; {@link Builder#targets} replaces them.
 */
public final class LoraConfig {
  private final int rank;
  private final Scaling scaling;
  private final Dropout dropout;
  private final Start start;
  private final Form form;
  private final Predicate<Node> targets;
  private final NamePatterns<Integer> ranks;
  private final NamePatterns<Double> alphas;
  private final Copies copies;
  private final TokenIds tokens;

  private LoraConfig(Builder builder) {
    rank = builder.rank;
    scaling = new Scaling(builder.alpha, builder.rankStabilized);
    dropout = new Dropout(builder.dropout, builder.dropoutSeed);
    start = builder.start;
    form = start.isSubtracted() ? (target, lora) -> new ResidualLora(lora) : builder.form;
    targets = builder.targets.orElseGet(() -> flags(builder.query, builder.key, builder.value));
    ranks = new NamePatterns<>(builder.ranks);
    alphas = new NamePatterns<>(builder.alphas);
    copies = builder.copies;
    tokens = builder.tokens;
  }

  private LoraConfig(LoraConfig other, Start start) {
    rank = other.rank;
    scaling = other.scaling;
    dropout = other.dropout;
    this.start = start;
    form = other.form;
    targets = other.targets;
    ranks = other.ranks;
    alphas = other.alphas;
    copies = other.copies;
    tokens = other.tokens;
  }

  /** The same with a start that takes the place of one of its kind, and knows more. */
  public LoraConfig starting(Start known) {
    return new LoraConfig(this, known);
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The rank r of nodes that no pattern names: rows of A, columns of B. */
  public int rank() {
    return rank;
  }

  /** The factor on the products, for nodes that no pattern names. */
  public Scaling scaling() {
    return scaling;
  }

  /** What is dropped of the adapters' input in training. */
  public Dropout dropout() {
    return dropout;
  }

  /** How A and B begin. */
  public Start start() {
    return start;
  }

  /** How the products enter their targets. */
  public Form form() {
    return form;
  }

  /** Which nodes are adapted. */
  public Predicate<Node> targets() {
    return targets;
  }

  /** The base's own parameters that are trained, too. */
  public Copies copies() {
    return copies;
  }

  /** The tokens whose rows of the embedding are trained, too. */
  public TokenIds tokens() {
    return tokens;
  }

  /** The product that adapts a node. */
  Lora lora(Node target) {
    return new Lora(
        (Linear) target.op(),
        ranks.of(target.name()).orElse(rank),
        new Scaling(alphas.of(target.name()).orElse(scaling.alpha()), scaling.rankStabilized()),
        dropout,
        start,
        Optional.empty());
  }

  private static Predicate<Node> flags(boolean query, boolean key, boolean value) {
    return node ->
        node.op() instanceof Dense
            && switch (node.lastName()) {
              case "query" -> query;
              case "key" -> key;
              case "value" -> value;
              default -> false;
            };
  }

  /** Collects choices; every method returns the builder. */
  public static final class Builder {
    private int rank = 1;
    private double alpha = 2;
    private boolean rankStabilized;
    private double dropout;
    private OptionalLong dropoutSeed = OptionalLong.empty();
    private Start start = Start.KAIMING;
    private Form form = Form.PLAIN;
    private boolean query = true;
    private boolean key;
    private boolean value = true;
    private Optional<Predicate<Node>> targets = Optional.empty();
    private final Map<String, Integer> ranks = new LinkedHashMap<>();
    private final Map<String, Double> alphas = new LinkedHashMap<>();
    private Copies copies = Copies.NONE;
    private TokenIds tokens = TokenIds.NONE;

    private Builder() {}

    /** The rank r, at least 1. */
    public Builder rank(int r) {
      rank = usefulRank(r);
      return this;
    }

    private static int usefulRank(int r) {
      if (r < 1) {
        throw new IllegalArgumentException("The rank must be at least 1, not " + r);
      }
      return r;
    }

    /** The numerator of the scale alpha / r, above 0. */
    public Builder alpha(double numerator) {
      alpha = usefulAlpha(numerator);
      return this;
    }

    private static double usefulAlpha(double numerator) {
      if (!(numerator > 0 && numerator < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "alpha must be a finite number above 0, not " + numerator);
      }
      return numerator;
    }

    /** Whether the scale is alpha / √r (rsLoRA, Kalajdzievski 2023); it is not unless told so. */
    public Builder rankStabilized(boolean stabilized) {
      rankStabilized = stabilized;
      return this;
    }

    /**
     * Another rank for some nodes.
     *
     * @param pattern a regular expression for the end of a name, after a dot; the first that
     *     matches counts
     */
    public Builder rank(String pattern, int r) {
      ranks.put(pattern, usefulRank(r));
      return this;
    }

    /**
     * Another alpha for some nodes.
     *
     * @param pattern as for the rank
     */
    public Builder alpha(String pattern, double numerator) {
      alphas.put(pattern, usefulAlpha(numerator));
      return this;
    }

    /** The probability with which a number of the adapter's input is dropped in training. */
    public Builder dropout(double probability) {
      dropout = new Dropout(probability, dropoutSeed).probability();
      return this;
    }

    /** A seed for the dropout masks of its own; without one they follow the run's seed. */
    public Builder dropoutSeed(long seed) {
      dropoutSeed = OptionalLong.of(seed);
      return this;
    }

    /** How A and B begin; the default is PEFT's, {@link Start#KAIMING}. */
    public Builder start(Start first) {
      start = first;
      return this;
    }

    /** How the products enter their targets: {@code Dora::of}; added, unless told otherwise. */
    public Builder form(Form entering) {
      form = entering;
      return this;
    }

    /** The base's own parameters that are trained, too; none unless told otherwise. */
    public Builder copies(Copies trained) {
      copies = trained;
      return this;
    }

    /** Tokens whose rows of the embedding are trained, too; none unless told otherwise. */
    public Builder tokens(int... ids) {
      tokens = TokenIds.of(ids);
      return this;
    }

    /** Whether dense nodes named {@code query} are adapted; they are unless told otherwise. */
    public Builder targetQuery(boolean adapted) {
      query = adapted;
      return this;
    }

    /** Whether dense nodes named {@code key} are adapted; they are not unless told so. */
    public Builder targetKey(boolean adapted) {
      key = adapted;
      return this;
    }

    /** Whether dense nodes named {@code value} are adapted; they are unless told otherwise. */
    public Builder targetValue(boolean adapted) {
      value = adapted;
      return this;
    }

    /** Which nodes are adapted, whatever their op; the three flags no longer count. */
    public Builder targets(Predicate<Node> predicate) {
      targets = Optional.of(predicate);
      return this;
    }

    /**
     * The configuration.
     *
     * @throws IllegalArgumentException if two choices exclude each other
     */
    public LoraConfig build() {
      if (start.isSubtracted() && form != Form.PLAIN) {
        throw new IllegalArgumentException(
            "The start %s goes with plain LoRA alone: it takes a part of the weight away"
                .formatted(start));
      }
      return new LoraConfig(this);
    }
  }
}
