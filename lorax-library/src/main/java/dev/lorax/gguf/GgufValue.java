package dev.lorax.gguf;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/** One value of a GGUF file's metadata: a number, a truth, a text, or many of one kind. */
public final class GgufValue {
  /** The kinds of values; their order is their number in the file, where 9 means many. */
  enum Kind {
    U8(1),
    I8(1),
    U16(2),
    I16(2),
    U32(4),
    I32(4),
    F32(4),
    BOOL(1),
    TEXT(8),
    ARRAY(12),
    U64(8),
    I64(8),
    F64(8);

    private final int least;

    Kind(int least) {
      this.least = least;
    }

    /** The fewest bytes that a value takes. */
    int least() {
      return least;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final Object value; // Long, Float, Double, Boolean, String; or an array or list of them

  GgufValue(Kind kind, Object value) {
    this.kind = kind;
    this.value = Objects.requireNonNull(value);
  }

  /** A whole number of 32 bits without sign, as counts and ids are kept. */
  public static GgufValue of(int number) {
    return new GgufValue(Kind.U32, Integer.toUnsignedLong(number));
  }

  /** A number, which becomes a float32. */
  public static GgufValue of(double number) {
    return new GgufValue(Kind.F32, (float) number);
  }

  /** True or false. */
  public static GgufValue of(boolean truth) {
    return new GgufValue(Kind.BOOL, truth);
  }

  /** A text. */
  public static GgufValue of(String text) {
    return new GgufValue(Kind.TEXT, text);
  }

  /** Texts. */
  public static GgufValue of(List<String> texts) {
    return new GgufValue(Kind.TEXT, List.copyOf(texts));
  }

  /** Whole numbers of 32 bits. */
  public static GgufValue of(int[] numbers) {
    return new GgufValue(Kind.I32, Arrays.stream(numbers).asLongStream().toArray());
  }

  /** Numbers, float32. */
  public static GgufValue of(float[] numbers) {
    return new GgufValue(Kind.F32, numbers.clone());
  }

  Kind kind() {
    return kind;
  }

  /** Whether it is many of its kind. */
  public boolean isArray() {
    return value instanceof List || value.getClass().isArray();
  }

  /**
   * The value as plain Java: a Long (also for u64, whose bits it has), Float, Double, Boolean or
   * String, or for many a {@code long[]}, {@code float[]}, {@code double[]}, {@code boolean[]} or
   * list of strings. Arrays are not copied.
   */
  public Object value() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GgufValue that
        && kind == that.kind
        && Objects.deepEquals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + Arrays.deepHashCode(new Object[] {value});
  }

  /** For example {@code 4096}, or {@code 32000 × text} for many. */
  @Override
  public String toString() {
    return isArray() ? "%d × %s".formatted(length(), kind) : value.toString();
  }

  /** Each of many. */
  List<?> values() {
    return value instanceof List<?> list
        ? list
        : IntStream.range(0, length()).mapToObj(i -> Array.get(value, i)).toList();
  }

  private int length() {
    return value instanceof List<?> list ? list.size() : Array.getLength(value);
  }
}
