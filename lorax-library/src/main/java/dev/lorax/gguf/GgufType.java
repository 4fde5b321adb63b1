package dev.lorax.gguf;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The element types of tensors that are read and written, with their numbers in ggml. */
public enum GgufType {
  /** float32. */
  F32(0, 1, 4, 0),
  /** float16. */
  F16(1, 1, 2, 1),
  /** bfloat16. */
  BF16(30, 1, 2, 32),
  /** Blocks of 32 numbers of a row: a float16 scale, and 32 whole numbers of 8 bits. */
  Q8_0(8, 32, 34, 7);

  /** ggml's other types, which messages name. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(2, "Q4_0"),
          Map.entry(3, "Q4_1"),
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(12, "Q4_K"),
          Map.entry(13, "Q5_K"),
          Map.entry(14, "Q6_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  private final int id;
  private final int block;
  private final int blockBytes;
  private final int fileType;

  GgufType(int id, int block, int blockBytes, int fileType) {
    this.id = id;
    this.block = block;
    this.blockBytes = blockBytes;
    this.fileType = fileType;
  }

  /**
   * The type of that name, as llama.cpp's own converter spells it: f32, f16, bf16, q8_0.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static GgufType parse(String name) {
    return Arrays.stream(values())
        .filter(type -> type.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown GGUF type '%s': use one of %s".formatted(name, known())));
  }

  static String known() {
    return Arrays.stream(values()).map(GgufType::toString).collect(Collectors.joining(", "));
  }

  static Optional<GgufType> of(int id) {
    return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
  }

  static String name(int id) {
    return OTHERS.getOrDefault(id, "number " + Integer.toUnsignedString(id));
  }

  int id() {
    return id;
  }

  /** How many numbers of a row share a block. */
  int block() {
    return block;
  }

  /** What {@code general.file_type} says where most tensors have this type. */
  int fileType() {
    return fileType;
  }

  /**
   * The bytes of a tensor.
   *
   * @throws ArithmeticException if they do not fit a {@code long}
   */
  long bytes(Shape shape) {
    return Math.multiplyExact(shape.size() / block, blockBytes);
  }

  /** Whether rows of a tensor can be cut into blocks. */
  boolean fits(Shape shape) {
    return block == 1 || shape.rank() > 0 && shape.get(-1) % block == 0;
  }

  /** The type as which numbers are read; blocks become float32. */
  DType dtype() {
    return switch (this) {
      case F16 -> DType.F16;
      case BF16 -> DType.BF16;
      case F32, Q8_0 -> DType.F32;
    };
  }

  /** In llama.cpp's spelling, for example {@code q8_0}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
