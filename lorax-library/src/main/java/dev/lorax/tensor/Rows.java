package dev.lorax.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * A few rows of float32 on the Java heap, {@code [count, width]}, in memory that is used again.
 *
 * <p>A step of decoding passes hundreds of these from op to op; a {@link Tensor} for each would
 * cost more than the arithmetic.
 */
public final class Rows {
  private float[] values = new float[0];
  private float[] halves = new float[0];
  private boolean isSplit;
  private List<Interleaved> interleaved;
  private List<Rounded> rounded;
  private int count;
  private int width;

  /** No rows yet. */
  public Rows() {}

  /** A copy of those values. */
  public static Rows of(float[] values, int count, int width) {
    Rows rows = new Rows().resize(count, width);
    System.arraycopy(values, 0, rows.values, 0, count * width);
    return rows;
  }

  /** Makes room for so many rows, whose values are to be written now; returns itself. */
  public Rows resize(int newCount, int newWidth) {
    count = newCount;
    width = newWidth;
    isSplit = false;
    interleaved = null;
    rounded = null;
    int size = Math.multiplyExact(newCount, newWidth);
    if (values.length < size) {
      values = new float[size];
    }
    return this;
  }

  /**
   * The numbers in row order, from index 0; the array may be longer. Once a product has read them,
   * they change by {@link #resize} alone.
   */
  public float[] values() {
    return values;
  }

  /** How many rows. */
  public int count() {
    return count;
  }

  /** The length of a row. */
  public int width() {
    return width;
  }

  /** Copies some of these rows, in that order, into others of the same width. */
  public void select(int[] wanted, Rows to) {
    for (int i = 0; i < wanted.length; i++) {
      System.arraycopy(values, wanted[i] * width, to.values, i * width, width);
    }
  }

  /** Copies rows of the same shape. */
  public void copy(Rows from) {
    System.arraycopy(from.values, 0, values, 0, count * width);
  }

  /** A tensor with these values, {@code [count, width]}. */
  public Tensor toTensor() {
    float[] exact = values.length == count * width ? values : Arrays.copyOf(values, count * width);
    return Tensor.of(exact, count, width);
  }

  /**
   * The same numbers with those of even columns first in each row, then those of odd ones: beside
   * them lie the two halves of an int that holds two bfloat16 numbers. Made once for all products
   * of these rows.
   */
  float[] halves() {
    if (!isSplit) {
      int half = width / 2;
      if (halves.length < count * width) {
        halves = new float[count * width];
      }
      for (int row = 0; row < count; row++) {
        int at = row * width;
        for (int i = 0; i < half; i++) {
          halves[at + i] = values[at + 2 * i];
          halves[at + half + i] = values[at + 2 * i + 1];
        }
      }
      isSplit = true;
    }
    return halves;
  }

  /** As products with bytes read them, made once likewise. */
  List<Interleaved> interleaved() {
    if (interleaved == null) {
      interleaved = Interleaved.parts(values, count, width);
    }
    return interleaved;
  }

  /** As products with 4-bit numbers read them, made once likewise. */
  List<Rounded> rounded() {
    if (rounded == null) {
      rounded = Rounded.parts(values, count, width);
    }
    return rounded;
  }
}
