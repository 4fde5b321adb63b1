package dev.lorax.generate;

/**
 * Finds the edge of the largest keys by count or by weight, without sorting.
 *
 * <p>Quickselect (Hoare 1961, algorithm 65) where each side counts with its weight: time is linear
 * in the number of keys on average. Memory is kept from call to call.
 */
final class Selection {
  private float[] keys = new float[0];
  private double[] weights = new double[0];
  private int size;
  private double above;

  /** The last partition: where its parts begin, and what the first two weigh. */
  private int greater;

  private int smaller;
  private double heavier;
  private double equal;

  void clear(int capacity) {
    if (keys.length < capacity) {
      keys = new float[capacity];
      weights = new double[capacity];
    }
    size = 0;
  }

  void add(float key, double weight) {
    keys[size] = key;
    weights[size++] = weight;
  }

  /**
   * The smallest key that is needed for the largest keys to weigh {@code mass} together, or the
   * smallest of all where the whole weighs less; negative infinity where there are none. Reorders
   * the keys.
   */
  float threshold(double mass) {
    above = 0;
    if (size == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    int low = 0;
    int high = size;
    while (true) {
      float pivot = median(keys[low], keys[(low + high) >>> 1], keys[high - 1]);
      partition(pivot, low, high);
      if (greater > low && above + heavier >= mass) {
        high = greater;
      } else if (smaller == high || above + heavier + equal >= mass) {
        above += heavier;
        return pivot;
      } else {
        above += heavier + equal;
        low = smaller;
      }
    }
  }

  /** Leaves [low, greater) above the pivot, [greater, smaller) equal, [smaller, high) below. */
  private void partition(float pivot, int low, int high) {
    greater = low;
    smaller = high;
    heavier = 0;
    equal = 0;
    for (int i = low; i < smaller; ) {
      if (keys[i] > pivot) {
        heavier += weights[i];
        swap(greater++, i++);
      } else if (keys[i] < pivot) {
        swap(i, --smaller);
      } else {
        equal += weights[i++];
      }
    }
  }

  /** The weight of the keys greater than the threshold last found. */
  double above() {
    return above;
  }

  private void swap(int i, int j) {
    float key = keys[i];
    keys[i] = keys[j];
    keys[j] = key;
    double weight = weights[i];
    weights[i] = weights[j];
    weights[j] = weight;
  }

  private static float median(float a, float b, float c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
