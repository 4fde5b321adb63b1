package dev.lorax.cli.training;

import dev.lorax.cli.console.Figures;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples of files, told to people.
 *
 * @param samples what is told
 */
record ExampleFacts(ExampleMaterial samples) {
  /** What there is: each file, how it is shared out, how long samples are, and what is odd. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    samples.parts().forEach(part -> lines.add(about(part)));
    lines.add(
        "%s to learn from%s, %s held out"
            .formatted(
                Figures.count(samples.examples().count()),
                perEpoch(),
                Figures.count(samples.heldOut().count())));
    lines.add(samples.statistics() + seen());
    lines.addAll(samples.faults().lines());
    return lines;
  }

  private static String about(ExampleMaterial.Part part) {
    return "%s: %s samples, %s%s"
        .formatted(
            part.file().file(),
            Figures.count(part.file().count()),
            part.file().format(),
            weight(part.weight()));
  }

  private static String weight(double weight) {
    return weight == 0
        ? ", to measure on"
        : weight == 1 ? "" : ", gone over %s times an epoch".formatted(Figures.number(weight));
  }

  private String perEpoch() {
    boolean alike = samples.perEpoch() == samples.examples().count();
    return alike ? "" : " (%s an epoch)".formatted(Figures.count(samples.perEpoch()));
  }

  private String seen() {
    long count = samples.examples().count();
    long lookedAt = samples.statistics().samples();
    return lookedAt < count ? " (of %s looked at)".formatted(Figures.count(lookedAt)) : "";
  }
}
