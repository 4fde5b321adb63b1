package dev.lorax.cli.training;

import dev.lorax.tensor.DType;
import java.util.Locale;
import java.util.Set;

/**
 * What the base's weights are kept in.
 *
 * @param type of them, as options spell it
 * @param reason for people
 */
public record TypeChoice(String type, String reason) {
  /**
   * The reason for a type.
   *
   * @param type that the weights have in memory
   * @param asked whether the user named it
   * @param stored the types of the checkpoint's files
   */
  public static TypeChoice of(DType type, boolean asked, Set<DType> stored, Processor processor) {
    String reason = asked ? "as --dtype says" : reason(type, stored);
    return new TypeChoice(
        type.name().toLowerCase(Locale.ROOT), reason + advice(type, asked, processor));
  }

  /**
   * The reason for quantised weights.
   *
   * @param format the form that most of them are kept in
   * @param computed what they are made plain in, to be multiplied
   */
  public static TypeChoice quantized(String format, DType computed, boolean asked) {
    String reason = asked ? "as --dtype says" : "as the checkpoint stores it";
    return new TypeChoice(
        format, "computed in %s, %s".formatted(computed.name().toLowerCase(Locale.ROOT), reason));
  }

  private static String reason(DType type, Set<DType> stored) {
    if (type == DType.F32 && stored.contains(DType.F16)) {
      return "since processors are slow in the checkpoint's f16";
    }
    return stored.size() > 1
        ? "as the checkpoint stores most of it"
        : "as the checkpoint stores it";
  }

  /** Nothing where the processor is unknown. */
  private static String advice(DType type, boolean asked, Processor processor) {
    if (processor.bfloat16().isEmpty()) {
      return "";
    }
    boolean fast = processor.bfloat16().get();
    if (type == DType.BF16 && !fast) {
      return "; this processor has no bfloat16 instructions: --dtype f32 may be several times"
          + " faster, in twice the memory";
    }
    return type == DType.F32 && fast && !asked
        ? "; --dtype bf16 would halve its memory and may be about 1.7 times as fast"
        : "";
  }

  /** One line. */
  @Override
  public String toString() {
    return "%s, %s".formatted(type, reason);
  }
}
