package dev.lorax.tensor;

/**
 * Turns pairs of each head's numbers by angles (Su et al. 2021, eq. 34); what no pair holds stays.
 *
 * @param head width of an attention head
 * @param step from the first number of a pair to that of the next
 * @param apart from the first number of a pair to its second
 */
public record StepRotation(int head, int step, int apart) {
  /**
   * Turns rows.
   *
   * @param x [count, heads · head]
   * @param table [count, numbers turned], cosines in the first half of a row, sines in the second
   * @param y like x
   */
  public void turn(Rows x, Rows table, Rows y) {
    y.copy(x);
    for (int at = 0; at < x.count() * x.width(); at += head) {
      turn(x.values(), at, table, at / x.width() * table.width(), y.values());
    }
  }

  private void turn(float[] x, int at, Rows table, int angles, float[] y) {
    int pairs = table.width() / 2;
    for (int i = 0; i < pairs; i++) {
      float cos = table.values()[angles + i];
      float sin = table.values()[angles + pairs + i];
      int first = at + i * step;
      int second = first + apart;
      y[first] = x[first] * cos - x[second] * sin;
      y[second] = x[second] * cos + x[first] * sin;
    }
  }
}
