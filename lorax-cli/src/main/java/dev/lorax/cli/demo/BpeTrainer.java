package dev.lorax.cli.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level BPE vocabulary from a corpus (Sennrich et al. 2016, algorithm 1, over GPT-2's
 * bytes).
 *
 * <p>Text is cut into words by GPT-2's rule; then the most frequent pair of neighbouring tokens
 * becomes a token, again and again. Of pairs that are equally frequent, the one with the lower ids
 * wins, so the same corpus gives the same vocabulary. Counts are kept per distinct word and changed
 * only where a merge happens, so megabytes take seconds.
 */
public final class BpeTrainer {
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  /** Two neighbouring token ids. */
  private record Pair(int left, int right) {
    boolean before(Pair other) {
      return left != other.left ? left < other.left : right < other.right;
    }
  }

  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> merges = new ArrayList<>();
  private final List<int[]> words = new ArrayList<>();
  private final List<Integer> weights = new ArrayList<>();
  private final Map<Pair, Long> counts = new HashMap<>();
  private final Map<Pair, Set<Integer>> holders = new HashMap<>();

  private BpeTrainer() {
    add(BpeModel.END_OF_TEXT);
    ByteAlphabet.letters().forEach(this::add);
  }

  /**
   * Learns a vocabulary of {@code size} tokens from texts that are set apart by {@link
   * BpeModel#END_OF_TEXT}.
   *
   * <p>It is smaller where the corpus has too few distinct words to learn from.
   *
   * @throws IllegalArgumentException if {@code size} is below 257: the bytes and the special token
   */
  public static BpeModel train(String corpus, int size) {
    BpeTrainer trainer = new BpeTrainer();
    if (size < trainer.tokens.size()) {
      throw new IllegalArgumentException(
          "A byte-level vocabulary has at least 257 tokens, not " + size);
    }
    trainer.read(corpus);
    Pair best = trainer.mostFrequent();
    while (trainer.tokens.size() < size && best != null) {
      trainer.merge(best);
      best = trainer.mostFrequent();
    }
    return new BpeModel(trainer.tokens, trainer.merges);
  }

  private int add(String token) {
    Integer known = ids.putIfAbsent(token, tokens.size());
    if (known != null) {
      return known; // two merges can spell the same token
    }
    tokens.add(token);
    return tokens.size() - 1;
  }

  private void read(String corpus) {
    Map<String, Integer> frequencies = new LinkedHashMap<>();
    int start = 0;
    while (start < corpus.length()) {
      int end = corpus.indexOf(BpeModel.END_OF_TEXT, start);
      end = end < 0 ? corpus.length() : end;
      Matcher word = WORD.matcher(corpus).region(start, end);
      while (word.find()) {
        frequencies.merge(word.group(), 1, Integer::sum);
      }
      start = end + BpeModel.END_OF_TEXT.length();
    }
    frequencies.forEach(
        (word, frequency) -> {
          String spelled = ByteAlphabet.spell(word);
          words.add(spelled.chars().map(c -> ids.get(String.valueOf((char) c))).toArray());
          weights.add(frequency);
          count(words.size() - 1, 1);
        });
  }

  /** Adds the pairs of a word to the counts, or with sign -1 takes them away. */
  private void count(int index, int sign) {
    int[] word = words.get(index);
    for (int i = 0; i + 1 < word.length; i++) {
      Pair pair = new Pair(word[i], word[i + 1]);
      counts.merge(pair, (long) sign * weights.get(index), Long::sum);
      if (sign > 0) {
        holders.computeIfAbsent(pair, p -> new LinkedHashSet<>()).add(index);
      }
    }
  }

  private Pair mostFrequent() {
    Pair best = null;
    long most = 0;
    for (Map.Entry<Pair, Long> entry : counts.entrySet()) {
      long count = entry.getValue();
      if (count > most || (count == most && best != null && entry.getKey().before(best))) {
        best = entry.getKey();
        most = count;
      }
    }
    return best;
  }

  private void merge(Pair pair) {
    merges.add(tokens.get(pair.left) + " " + tokens.get(pair.right));
    int merged = add(tokens.get(pair.left) + tokens.get(pair.right));
    // A word that lost the pair to an earlier merge stays listed, and is simply left as it is.
    for (int index : holders.remove(pair)) {
      count(index, -1);
      words.set(index, merged(words.get(index), pair, merged));
      count(index, 1);
    }
    counts.remove(pair);
  }

  private static int[] merged(int[] word, Pair pair, int id) {
    int[] shorter = new int[word.length];
    int length = 0;
    for (int i = 0; i < word.length; i++) {
      boolean here = i + 1 < word.length && word[i] == pair.left && word[i + 1] == pair.right;
      shorter[length++] = here ? id : word[i];
      i += here ? 1 : 0;
    }
    return Arrays.copyOf(shorter, length);
  }
}
