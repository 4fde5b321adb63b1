package dev.lorax.cli.training;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.LabelledText;
import dev.lorax.classify.Scores;
import dev.lorax.classify.TextClassifier;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.data.Permutation;
import dev.lorax.lora.Adapter;
import dev.lorax.train.Batches;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Texts of files and their classes, as a classifier learns them. */
public final class LabelledMaterial implements Material {
  private static final int MOST_HELD_OUT = 1000; // texts of a measurement
  private static final int MOST_LENGTHS = 2000; // texts whose tokens are counted

  private final TextClassifier classifier;
  private final int limit;
  private final List<String> facts = new ArrayList<>();
  private final List<LabelledText> train = new ArrayList<>();
  private final List<LabelledText> heldOut = new ArrayList<>();
  private final int[] lengths; // of texts from all over the files, the shortest first

  private LabelledMaterial(Checkpoint base, DataOptions data, TrainingOptions options) {
    limit = options.limit(base.architecture().context());
    classifier = Failure.orFail(() -> TextClassifier.of(base, limit));
    try {
      data.files.forEach(file -> train.addAll(read(data, file.path(), "")));
      if (data.validation != null) {
        heldOut.addAll(read(data, data.validation, ", to measure on"));
      } else {
        holdOut(options);
      }
      lengths = lengths();
      describe();
    } catch (RuntimeException refused) {
      classifier.close();
      throw refused;
    }
  }

  /**
   * Reads files for a model that chooses classes.
   *
   * @throws Failure if an option is given that would do nothing
   * @throws dev.lorax.data.DataException if a file cannot be read, or holds no classes of the model
   */
  static LabelledMaterial open(Checkpoint base, DataOptions data, TrainingOptions options) {
    List<String> idle = new ArrayList<>(data.idle());
    idle.remove("--fields");
    if (options.consecutive) {
      idle.add("--consecutive");
    }
    if (data.files.stream().anyMatch(file -> file.weight() != 1)) {
      idle.add("--data FILE:WEIGHT");
    }
    if (!idle.isEmpty()) {
      throw Failure.usage(
          "%s would do nothing here, since %s chooses classes and writes no text: leave that out, of the"
                  .formatted(String.join(", ", idle), base.folder())
              + " recipe too");
    }
    return new LabelledMaterial(base, data, options);
  }

  private List<LabelledText> read(DataOptions data, Path file, String use) {
    List<LabelledText> texts = data.labelled(file).texts(classifier.labels());
    facts.add("%s: %s labelled texts%s".formatted(file, Figures.count(texts.size()), use));
    return texts;
  }

  /** A share that the seed chooses, as of any samples. */
  private void holdOut(TrainingOptions options) {
    List<LabelledText> all = List.copyOf(train);
    int held = Math.min(all.size() - 1, (int) Math.round(all.size() * options.share()));
    Permutation order = new Permutation(all.size(), options.seed);
    train.clear();
    for (int i = 0; i < all.size(); i++) {
      (i < held ? heldOut : train).add(all.get((int) order.at(i)));
    }
  }

  private int[] lengths() {
    Permutation order = new Permutation(train.size(), 0);
    return IntStream.range(0, Math.min(MOST_LENGTHS, train.size()))
        .mapToObj(i -> List.of(train.get((int) order.at(i))))
        .mapToInt(text -> classifier.batch(text).tokens().length)
        .sorted()
        .toArray();
  }

  private void describe() {
    facts.add(
        "%s to learn from, %s held out"
            .formatted(Figures.count(train.size()), Figures.count(heldOut.size())));
    facts.add(
        "classes: "
            + counts().entrySet().stream()
                .map(one -> one.getKey() + " " + Figures.count(one.getValue()))
                .collect(Collectors.joining(", ")));
    long full = IntStream.of(lengths).filter(length -> length == limit).count();
    facts.add(
        "%s to %s tokens a text (median %s)%s"
            .formatted(
                lengths[0],
                longest(),
                longest(0.5),
                full == 0
                    ? ""
                    : "; %s reach %s tokens, where they are cut"
                        .formatted(
                            Figures.percent((double) full / lengths.length),
                            Figures.count(limit))));
  }

  /** How many texts of each class are learned from, in the order of their numbers. */
  public Map<String, Long> counts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    classifier.labels().forEach(label -> counts.put(label, 0L));
    train.forEach(text -> counts.merge(classifier.labels().get(text.label()), 1L, Long::sum));
    return counts;
  }

  @Override
  public long perEpoch() {
    return train.size();
  }

  @Override
  public String unit() {
    return "labelled texts";
  }

  @Override
  public Batches batches(int size, long seed) {
    return classifier.batches(train).size(size).seed(seed);
  }

  @Override
  public Optional<HeldOut> heldOut(int size) {
    List<LabelledText> measured = measured();
    if (measured.isEmpty()) {
      return Optional.empty();
    }
    int count = (measured.size() + size - 1) / size;
    Batches batches =
        number -> {
          int from = (int) number * size;
          return classifier.batch(measured.subList(from, Math.min(measured.size(), from + size)));
        };
    return Optional.of(new HeldOut(batches, count, measured.size()));
  }

  /** The same for all runs, and not the first: a file may be sorted by class. */
  private List<LabelledText> measured() {
    Permutation order = new Permutation(heldOut.size(), 0);
    return IntStream.range(0, Math.min(MOST_HELD_OUT, heldOut.size()))
        .mapToObj(i -> heldOut.get((int) order.at(i)))
        .toList();
  }

  @Override
  public Optional<Supplier<Scores>> scores(Adapter adapter) {
    TextClassifier adapted = classifier.with(adapter);
    return Optional.of(() -> adapted.scores(measured()));
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public int longest() {
    return longest(1);
  }

  /** The length that such a share of the texts does not exceed. */
  private int longest(double share) {
    return lengths[(int) Math.ceil(share * lengths.length) - 1];
  }

  @Override
  public double meanTokens() {
    return IntStream.of(lengths).average().orElseThrow();
  }

  /** Hardly ever are all texts of a batch among the longest. */
  @Override
  public int mostTokens(int size) {
    return size * longest(size < 4 ? 1 : 0.95);
  }

  @Override
  public int[] beginning() {
    return new int[0];
  }

  @Override
  public List<String> facts() {
    return List.copyOf(facts);
  }

  @Override
  public void close() {
    classifier.close();
  }
}
