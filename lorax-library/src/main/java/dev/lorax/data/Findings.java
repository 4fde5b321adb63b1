package dev.lorax.data;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;

/**
 * What was found about the samples of a file, counted; a sample that is seen in every epoch counts
 * once. Any thread may add to it and ask it.
 */
public final class Findings {
  private final int samples;
  private final IntToLongFunction lines;
  private final Map<Finding, BitSet> found = new EnumMap<>(Finding.class);
  private final Map<Finding, String> details = new EnumMap<>(Finding.class);

  /** Nothing yet, about that many samples; {@code lines} says on which line of the file one is. */
  Findings(int samples, IntToLongFunction lines) {
    this.samples = samples;
    this.lines = lines;
  }

  synchronized void add(int sample, Finding finding, String detail) {
    BitSet all = found.computeIfAbsent(finding, none -> new BitSet());
    if (all.isEmpty() || sample < all.nextSetBit(0)) {
      details.put(finding, detail);
    }
    all.set(sample);
  }

  /** How many samples that was found about. */
  public synchronized int count(Finding finding) {
    return found.getOrDefault(finding, new BitSet()).cardinality();
  }

  /** Whether there is nothing to say. */
  public synchronized boolean isEmpty() {
    return found.isEmpty();
  }

  /** The number of the first sample that it was found about. */
  public synchronized OptionalInt first(Finding finding) {
    int first = found.getOrDefault(finding, new BitSet()).nextSetBit(0);
    return first < 0 ? OptionalInt.empty() : OptionalInt.of(first);
  }

  /** How many samples are left out, for whatever reason. */
  public synchronized int dropped() {
    BitSet all = new BitSet();
    found.forEach((finding, samples) -> all.or(finding.drops() ? samples : new BitSet()));
    return all.cardinality();
  }

  /** The share of all samples in [0, 1] that it was found about. */
  public double share(Finding finding) {
    return samples == 0 ? 0 : (double) count(finding) / samples;
  }

  /**
   * For each finding the first sample it was found about, as in "line 40: not JSON at column 12
   * (…)".
   */
  public synchronized List<String> details() {
    List<String> told = new ArrayList<>();
    details.forEach((finding, detail) -> told.add("line %d: %s".formatted(line(finding), detail)));
    return told;
  }

  /**
   * One line, as in "3 dropped: 2 with a missing or wrong field (first: line 17: has no field
   * 'text', only [txt]), 1 with an empty answer (line 40); 12 cut at the limit (1.2%, first: line
   * 5)"; "nothing found" if there is nothing to say.
   */
  @Override
  public synchronized String toString() {
    List<String> dropped = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    for (Finding finding : found.keySet()) {
      if (finding.drops()) {
        String reason = finding.isVague() ? ": " + details.get(finding) : "";
        dropped.add("%d %s (%s%s)".formatted(count(finding), finding, place(finding), reason));
      } else {
        String share =
            String.format(Locale.ROOT, "%.1f%%", 100 * share(finding)).replace(".0%", "%");
        parts.add("%d %s (%s, %s)".formatted(count(finding), finding, share, place(finding)));
      }
    }
    if (!dropped.isEmpty()) {
      parts.add(0, "%d dropped: %s".formatted(dropped(), String.join(", ", dropped)));
    }
    return parts.isEmpty() ? "nothing found" : String.join("; ", parts);
  }

  private String place(Finding finding) {
    return (count(finding) == 1 ? "line %d" : "first: line %d").formatted(line(finding));
  }

  private long line(Finding finding) {
    return lines.applyAsLong(first(finding).orElseThrow());
  }
}
