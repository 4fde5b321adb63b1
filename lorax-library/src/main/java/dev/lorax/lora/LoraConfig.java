package dev.lorax.lora;

import dev.lorax.graph.Initializer;
import dev.lorax.graph.Node;
import dev.lorax.op.Dense;
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
  private final double alpha;
  private final double dropout;
  private final OptionalLong dropoutSeed;
  private final Initializer initializer;
  private final Predicate<Node> targets;

  private LoraConfig(Builder builder) {
    rank = builder.rank;
    alpha = builder.alpha;
    dropout = builder.dropout;
    dropoutSeed = builder.dropoutSeed;
    initializer = builder.initializer.orElse(new Initializer.KaimingUniform());
    targets = builder.targets.orElseGet(() -> flags(builder.query, builder.key, builder.value));
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The rank r: rows of A, columns of B. */
  public int rank() {
    return rank;
  }

  /** The numerator of the scale alpha / r. */
  public double alpha() {
    return alpha;
  }

  /** The probability with which a number of the adapter's input is dropped in training. */
  public double dropout() {
    return dropout;
  }

  /** The seed of the dropout masks; empty: that of the training run. */
  public OptionalLong dropoutSeed() {
    return dropoutSeed;
  }

  /** How A is made at first; B starts at zero. */
  public Initializer initializer() {
    return initializer;
  }

  /** Which nodes are adapted. */
  public Predicate<Node> targets() {
    return targets;
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
    private double dropout;
    private OptionalLong dropoutSeed = OptionalLong.empty();
    private Optional<Initializer> initializer = Optional.empty();
    private boolean query = true;
    private boolean key;
    private boolean value = true;
    private Optional<Predicate<Node>> targets = Optional.empty();

    private Builder() {}

    /** The rank r, at least 1. */
    public Builder rank(int r) {
      if (r < 1) {
        throw new IllegalArgumentException("The rank must be at least 1, not " + r);
      }
      rank = r;
      return this;
    }

    /** The numerator of the scale alpha / r, above 0. */
    public Builder alpha(double numerator) {
      if (!(numerator > 0 && numerator < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "alpha must be a finite number above 0, not " + numerator);
      }
      alpha = numerator;
      return this;
    }

    /** The probability with which a number of the adapter's input is dropped in training. */
    public Builder dropout(double probability) {
      if (!(probability >= 0 && probability < 1)) {
        throw new IllegalArgumentException("dropout must be in [0, 1), not " + probability);
      }
      dropout = probability;
      return this;
    }

    /** A seed for the dropout masks of its own; without one they follow the run's seed. */
    public Builder dropoutSeed(long seed) {
      dropoutSeed = OptionalLong.of(seed);
      return this;
    }

    /** How A is made at first; the default is PEFT's, {@link Initializer.KaimingUniform}. */
    public Builder initializer(Initializer first) {
      initializer = Optional.of(first);
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

    /** The configuration. */
    public LoraConfig build() {
      return new LoraConfig(this);
    }
  }
}
