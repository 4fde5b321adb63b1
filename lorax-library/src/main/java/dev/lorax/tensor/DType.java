package dev.lorax.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The element types that Lorax computes with or reads from files, in safetensors' spelling. */
public enum DType {
  F64(8),
  F32(4),
  BF16(2),
  F16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U8(1),
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether values of this type are floating-point numbers. */
  public boolean isFloating() {
    return ordinal() <= F16.ordinal();
  }

  /**
   * The type of that name: {@code f32}, {@code float32}, {@code bf16}, {@code bfloat16} and so on.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static DType parse(String name) {
    String upper = name.toUpperCase(Locale.ROOT).replace("BFLOAT", "BF").replace("FLOAT", "F");
    return Arrays.stream(values())
        .filter(type -> type.name().equals(upper))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown element type '%s': use one of %s".formatted(name, names())));
  }

  private static String names() {
    return Arrays.stream(values())
        .map(type -> type.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  /** The type in which sums of values of this one are formed: float64 for itself, else float32. */
  public DType exact() {
    return this == F64 ? F64 : F32;
  }

  ScalarType scalarType() {
    return switch (this) {
      case F64 -> ScalarType.Double;
      case F32 -> ScalarType.Float;
      case BF16 -> ScalarType.BFloat16;
      case F16 -> ScalarType.Half;
      case I64 -> ScalarType.Long;
      case I32 -> ScalarType.Int;
      case I16 -> ScalarType.Short;
      case I8 -> ScalarType.Char;
      case U8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
    };
  }

  static DType of(ScalarType type) {
    return switch (type.intern()) {
      case Double -> F64;
      case Float -> F32;
      case BFloat16 -> BF16;
      case Half -> F16;
      case Long -> I64;
      case Int -> I32;
      case Short -> I16;
      case Char -> I8;
      case Byte -> U8;
      case Bool -> BOOL;
      default -> throw new IllegalStateException("Unsupported libtorch type " + type);
    };
  }
}
