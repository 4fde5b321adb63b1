package dev.lorax.parity;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The largest difference of each thing compared. */
final class Differences {
  private final Map<String, Double> largest = new LinkedHashMap<>();

  void record(String what, Tensor found, Tensor wanted) {
    record(what, found.to(DType.F64).sub(wanted.to(DType.F64)).abs().max().item(), 0);
  }

  void record(String what, double found, double wanted) {
    largest.merge(what, Math.abs(found - wanted), Math::max);
  }

  /** 0 if equal, else 1. */
  void record(String what, int[] found, int[] wanted) {
    record(what, Arrays.equals(found, wanted) ? 0 : 1, 0);
  }

  Map<String, Double> asMap() {
    return Collections.unmodifiableMap(largest);
  }
}
