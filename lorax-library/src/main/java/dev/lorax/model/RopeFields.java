package dev.lorax.model;

import dev.lorax.model.ModelConfig.Rope;
import dev.lorax.op.RopeScaling;
import java.util.List;
import java.util.Optional;

/**
 * Rotary embedding as config.json describes it: {@code rope_parameters} in the spelling of
 * transformers 5, {@code rope_theta} and {@code rope_scaling} in that of 4.
 */
final class RopeFields {
  private static final double THETA = 10_000;

  private final ModelConfig config;

  private RopeFields(ModelConfig config) {
    this.config = config;
  }

  /** The rotation of all layers. */
  static Rope of(ModelConfig config) {
    Optional<ModelConfig> five = config.section("rope_parameters");
    Optional<ModelConfig> four = config.section("rope_scaling");
    double theta = config.number("rope_theta", THETA);
    return new Rope(
        five.map(rope -> rope.number("rope_theta", theta)).orElse(theta),
        new RopeFields(config).scaling(five.or(() -> four)));
  }

  /**
   * The rotation of layers of one type, where each type has its own.
   *
   * @param type as {@code layer_types} names it
   * @param four the same in the spelling of transformers 4
   */
  static Rope of(ModelConfig config, String type, Rope four) {
    return config
        .section("rope_parameters")
        .flatMap(types -> types.section(type))
        .map(
            rope ->
                new Rope(
                    rope.number("rope_theta", four.theta()),
                    new RopeFields(config).scaling(Optional.of(rope))))
        .orElse(four);
  }

  private RopeScaling scaling(Optional<ModelConfig> fields) {
    return fields.map(this::scaling).orElse(new RopeScaling.Default());
  }

  private RopeScaling scaling(ModelConfig rope) {
    String type = rope.text("rope_type", rope.text("type", "default"));
    if (rope.has("short_factor")) { // the first Phi-3 called it su or yarn
      return longRope(rope);
    }
    return switch (type) {
      case "default" -> new RopeScaling.Default();
      case "linear" -> new RopeScaling.Linear(rope.number("factor"));
      case "llama3" ->
          new RopeScaling.Llama3(
              rope.number("factor"),
              rope.number("low_freq_factor"),
              rope.number("high_freq_factor"),
              rope.integer("original_max_position_embeddings"));
      case "yarn" -> yarn(rope);
      default ->
          throw new ModelConfigException(
              "%s asks for rope_type '%s': known are default, linear, llama3, yarn, longrope"
                  .formatted(config.source(), type));
    };
  }

  private RopeScaling yarn(ModelConfig rope) {
    double factor = rope.number("factor");
    int original =
        rope.integer(
            "original_max_position_embeddings", config.integer("max_position_embeddings", 2048));
    double scale = rope.number("mscale", 0);
    double all = rope.number("mscale_all_dim", 0);
    double temperature =
        scale != 0 && all != 0
            ? RopeScaling.Yarn.temperature(factor, scale)
                / RopeScaling.Yarn.temperature(factor, all)
            : RopeScaling.Yarn.temperature(factor, 1);
    return new RopeScaling.Yarn(
        factor,
        original,
        rope.number("beta_fast", 32),
        rope.number("beta_slow", 1),
        rope.number("attention_factor", temperature));
  }

  private RopeScaling longRope(ModelConfig rope) {
    int most = config.size("max_position_embeddings");
    int original =
        rope.integer(
            "original_max_position_embeddings",
            config.integer("original_max_position_embeddings", most));
    double factor = rope.number("factor", (double) most / original);
    List<Double> few = rope.numbers("short_factor");
    List<Double> many = rope.numbers("long_factor");
    if (few.size() != many.size()) {
      throw new ModelConfigException(
          "%s has %d short factors and %d long ones"
              .formatted(rope.source(), few.size(), many.size()));
    }
    double attention = RopeScaling.LongRope.attentionFactor(factor, original);
    return new RopeScaling.LongRope(
        few, many, original, rope.number("attention_factor", attention));
  }
}
