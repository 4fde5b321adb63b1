package dev.lorax.cli.training;

import dev.lorax.cli.console.Figures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A file to learn from, and how often.
 *
 * @param path of the file
 * @param weight how many times an epoch goes over it
 */
public record WeightedFile(Path path, double weight) {
  private static final Pattern WEIGHTED = Pattern.compile("(.+):(\\d+(?:\\.\\d+)?)");

  /**
   * Reads {@code FILE} or {@code FILE:WEIGHT}.
   *
   * @throws TypeConversionException if the weight is 0
   */
  public static WeightedFile parse(String text) {
    Matcher weighted = WEIGHTED.matcher(text);
    if (!weighted.matches() || Files.exists(Path.of(text))) {
      return new WeightedFile(Path.of(text), 1);
    }
    double weight = Double.parseDouble(weighted.group(2));
    if (weight == 0) {
      throw new TypeConversionException(
          "'%s': a file of weight 0 is not learned from; leave it out".formatted(text));
    }
    return new WeightedFile(Path.of(weighted.group(1)), weight);
  }

  /** As {@link #parse} reads it, from whatever folder. */
  @Override
  public String toString() {
    String place = path.toAbsolutePath().normalize().toString();
    return weight == 1 ? place : place + ":" + Figures.number(weight);
  }
}
