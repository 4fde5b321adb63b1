package dev.lorax.data;

import dev.lorax.spelling.EditDistance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Recognises the layout of samples by their fields. */
final class Detection {
  /** Names that differ by more than this share of their letters have nothing in common. */
  private static final double FAR = 0.5;

  private Detection() {}

  static Optional<Fields> fields(Map<String, Object> row) {
    return Arrays.stream(Layout.values()).map(Fields::of).filter(f -> f.fit(row)).findFirst();
  }

  /** What to say of a file whose samples have these fields, which are of no known layout. */
  static String unknown(Collection<String> found) {
    List<String> known = new ArrayList<>();
    for (Layout layout : Layout.values()) {
      known.add(String.join(" + ", Fields.of(layout).required()));
    }
    return "its fields are %s, and known are %s%s: rename them, or name those to read, as in --fields question,reply"
        .formatted(String.join(", ", found), String.join(", ", known), nearest(found));
  }

  private static String nearest(Collection<String> found) {
    Layout nearest = null;
    double least = FAR;
    for (Layout layout : Layout.values()) {
      double distance =
          Fields.of(layout).required().stream()
              .mapToDouble(name -> distance(name, found))
              .average()
              .orElseThrow();
      if (distance <= least && (nearest == null || distance < least)) {
        nearest = layout;
        least = distance;
      }
    }
    return nearest == null
        ? ""
        : " (the nearest: %s)".formatted(String.join(" + ", Fields.of(nearest).required()));
  }

  private static double distance(String name, Collection<String> found) {
    return found.stream()
        .mapToDouble(other -> (double) EditDistance.between(name, other) / name.length())
        .map(share -> Math.min(1, share))
        .min()
        .orElse(1);
  }
}
