package dev.lorax.tensor;

/**
 * What quantising one matrix W [out, in] to Q loses.
 *
 * @param format the form that Q is kept in, as {@link Weight#format} spells it
 * @param shape of both
 * @param before bytes of W
 * @param after bytes of Q, scales included
 * @param signal sum of W²
 * @param noise sum of (W − Q)²
 */
public record QuantizationError(
    String format, Shape shape, long before, long after, double signal, double noise) {
  /** Quantises a matrix, measures, and lets go of what it made. */
  public static QuantizationError of(Tensor matrix, Precision precision) {
    try (Weight weight = precision.quantize(matrix)) {
      Sums sums = new Sums();
      if (weight instanceof Quantized quantized) {
        int in = (int) matrix.size(1);
        float[] row = new float[in];
        Blocks.forEach(
            matrix,
            (first, rows) -> {
              for (int from = 0; from < rows.length; from += in) {
                quantized.row(first + from / in, row, 0);
                sums.add(rows, from, row);
              }
            });
      } else { // rows that fit no form stay as they are
        Blocks.forEach(matrix, (first, rows) -> sums.add(rows, 0, rows));
      }
      return new QuantizationError(
          weight.format(),
          matrix.shape(),
          matrix.byteCount(),
          weight.byteCount(),
          sums.signal,
          sums.noise);
    }
  }

  /** The error's root mean square as a share of the weights': ‖W − Q‖ / ‖W‖. */
  public double relative() {
    return noise == 0 ? 0 : Math.sqrt(noise / signal);
  }

  /**
   * The signal-to-noise ratio in dB, 20 · log₁₀ of ‖W‖ / ‖W − Q‖: infinite where nothing is lost.
   */
  public double decibels() {
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }

  private static final class Sums {
    private double signal;
    private double noise;

    void add(float[] exact, int from, float[] rounded) {
      for (int i = 0; i < rounded.length; i++) {
        double value = exact[from + i];
        double error = value - rounded[i];
        signal += value * value;
        noise += error * error;
      }
    }
  }
}
