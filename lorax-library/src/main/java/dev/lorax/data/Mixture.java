package dev.lorax.data;

import java.util.List;

/**
 * Several sources of samples, some visited more often than others.
 *
 * <p>In an epoch a source of weight w is gone through w times: of 0.5 there comes one half in one
 * epoch, and the other half in the next. Over many epochs every sample of a source comes equally
 * often, or once more. Which sample comes where is a pure function of epoch and place.
 *
 * <pre>{@code
 * Mixture.Source half = new Mixture.Source(code, 0.5);
 * Mixture mixture = new Mixture(List.of(new Mixture.Source(chats, 1), half), 42);
 * mixture.examples().examples(mixture.at(epoch, k)); // k below mixture.perEpoch()
 * }</pre>
 *
 * @param sources in the order in which their samples are numbered
 * @param seed of the choice among samples where a weight is not whole
 */
public record Mixture(List<Source> sources, long seed) {
  /**
   * Samples and how often they come.
   *
   * @param weight how many times in an epoch; positive
   */
  public record Source(Examples examples, double weight) {
    /** Checks the weight. */
    public Source {
      if (!(weight > 0 && weight < 1e6)) {
        throw new IllegalArgumentException("A weight is a positive number, not " + weight);
      }
    }

    private long perEpoch() {
      long rounded = Math.round(examples.count() * weight);
      return examples.count() == 0 ? 0 : Math.max(1, rounded);
    }
  }

  /** Copies the list. */
  public Mixture {
    sources = List.copyOf(sources);
  }

  /** How many samples come in an epoch. */
  public long perEpoch() {
    return sources.stream().mapToLong(Source::perEpoch).sum();
  }

  /**
   * Which sample of {@link #examples} comes at a place of an epoch. The sources come one after the
   * other; whoever wants them mixed shuffles the places.
   *
   * @param epoch from 0
   * @param place in [0, {@link #perEpoch})
   */
  public int at(long epoch, long place) {
    long within = place;
    int before = 0;
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      if (within >= 0 && within < source.perEpoch()) {
        return before + number(i, epoch * source.perEpoch() + within);
      }
      within -= source.perEpoch();
      before += source.examples().count();
    }
    throw new IndexOutOfBoundsException("place %d of %d".formatted(place, perEpoch()));
  }

  /** The sample at a place of the endless row of passes over a source. */
  private int number(int index, long place) {
    Source source = sources.get(index);
    int count = source.examples().count();
    if (source.perEpoch() % count == 0) {
      return (int) (place % count);
    }
    long pass = place / count;
    return (int) new Permutation(count, seed + 31 * index + 1_000_003 * pass).at(place % count);
  }

  /** The samples of all sources, one source after the other. */
  public Examples examples() {
    return new Concatenation(sources.stream().map(Source::examples).toList());
  }
}
