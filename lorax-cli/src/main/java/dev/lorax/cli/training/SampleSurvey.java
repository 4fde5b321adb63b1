package dev.lorax.cli.training;

import dev.lorax.data.Example;
import dev.lorax.data.Examples;
import dev.lorax.data.Finding;
import dev.lorax.data.Permutation;
import dev.lorax.data.TokenStatistics;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What some samples from all over the files are like: about how all of them are. */
public final class SampleSurvey {
  private static final int MOST = 2000; // samples

  private final TokenStatistics statistics = new TokenStatistics();
  private final Map<Finding, Integer> found = new EnumMap<>(Finding.class);
  private final Map<Long, String> places = new HashMap<>(); // of the first with each hash
  private long repeated;
  private long bare;
  private Optional<String> firstRepeat = Optional.empty();

  private SampleSurvey() {}

  /**
   * Encodes some samples.
   *
   * @param all what is learned from
   * @param parts the files that they come from
   */
  static SampleSurvey of(Examples all, List<ExampleMaterial.Part> parts) {
    SampleSurvey survey = new SampleSurvey();
    Permutation order = new Permutation(all.count(), 0);
    for (int i = 0; i < Math.min(MOST, all.count()); i++) {
      int number = (int) order.at(i);
      survey.add(all.examples(number), () -> all.place(number));
    }
    for (Finding finding : Finding.values()) {
      survey.found.put(
          finding,
          parts.stream().mapToInt(part -> part.examples().findings().count(finding)).sum());
    }
    return survey;
  }

  private void add(List<Example> sample, Supplier<String> place) {
    statistics.add(sample);
    bare += sample.stream().filter(example -> example.learned() < 2).count();
    if (sample.isEmpty()) {
      return;
    }
    long hash = hash(sample);
    String before = places.get(hash);
    if (before == null) {
      places.put(hash, place.get());
    } else {
      repeated++;
      firstRepeat = firstRepeat.or(() -> Optional.of("%s is %s".formatted(place.get(), before)));
    }
  }

  /** How many tokens they have. */
  public TokenStatistics statistics() {
    return statistics;
  }

  /** How many of them that was found about. */
  public int count(Finding finding) {
    return found.get(finding);
  }

  /** How many samples are the same as one seen before. */
  public long repeated() {
    return repeated;
  }

  /** The places of one of those and of the sample that it repeats. */
  public Optional<String> firstRepeat() {
    return firstRepeat;
  }

  /** How many examples have at most one token that is learned. */
  public long bare() {
    return bare;
  }

  /** Where the same sample was seen. */
  public Optional<String> place(List<Example> sample) {
    return sample.isEmpty() ? Optional.empty() : Optional.ofNullable(places.get(hash(sample)));
  }

  /** 64 bits: two of millions of samples hardly ever share them by chance. */
  private static long hash(List<Example> sample) {
    long hash = 1;
    for (Example example : sample) {
      for (int token : example.tokens()) {
        hash = Long.rotateLeft((hash ^ token) * 0x9E3779B97F4A7C15L, 29);
      }
      hash = (hash ^ Arrays.hashCode(example.supervised())) * 0xBF58476D1CE4E5B9L;
    }
    return hash;
  }
}
