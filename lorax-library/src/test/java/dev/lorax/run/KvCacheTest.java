package dev.lorax.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.model.Architecture;
import dev.lorax.model.Mistral;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoding with a cache gives what a pass over the whole sequence gives. */
class KvCacheTest {
  private static final int SEQUENCES = 5;
  private static final int VOCABULARY = 29;

  static Stream<Architecture> architectures() {
    return Stream.of(
        Models.gpt2(),
        Models.llama(),
        new Mistral(Models.dimensions(2, 4, 2, 4, false), OptionalInt.of(3)));
  }

  /** Passes of every kind in random order: prompts, steps, both in one, ends, failed passes. */
  @ParameterizedTest
  @MethodSource("architectures")
  void whateverHappensToOtherSequences(Architecture architecture) {
    Graph graph = architecture.graph();
    for (DType type : List.of(DType.F32, DType.F64)) { // steps on the heap, and by the engine
      try (Parameters parameters = Forward.filled(graph, type, 1)) {
        for (int seed = 0; seed < 12; seed++) {
          new Story(graph, parameters, new Random(seed)).run(40);
        }
      }
    }
  }

  @Test
  void sequencesOfSimilarLengthTakeTheirStepTogether() {
    int[] rows = {0, 1, 2, 3};
    assertThat(counts(rows, 10, 500, 20, 30)).containsExactly(4);
    assertThat(counts(rows, 10, 20, 1000, 1010)).containsExactly(2, 2);
    assertThat(counts(rows, 1000, 10, 20, 1000)).containsExactly(1, 2, 1);
    assertThat(counts(new int[] {0, 1, 3, 2}, 10, 10, 10, 10)).containsExactly(2, 1, 1);
  }

  private static List<Integer> counts(int[] rows, int... held) {
    return StepGroup.of(rows, held).stream().map(StepGroup::count).toList();
  }

  @Test
  void shapesRepeatSoThatProductsAreCompiledOnce() {
    assertThat(IntStream.rangeClosed(1, 8192).map(StepGroup::rounded).distinct().count())
        .isLessThan(50);
    assertThat(IntStream.rangeClosed(1, 8192))
        .allMatch(length -> StepGroup.rounded(length) >= length)
        .allMatch(length -> StepGroup.rounded(length) - length < Math.max(64, length / 8 + 1));
  }

  @Test
  void sequencesOfVeryDifferentLengthsAreRightToo() {
    Architecture architecture =
        new Mistral(Models.dimensions(1, 2, 1, 4, false), OptionalInt.empty());
    Graph graph = architecture.graph();
    try (Parameters parameters = Forward.filled(graph, DType.F32, 1);
        KvCache cache = new KvCache(3, 8)) {
      Story story = new Story(graph, parameters, new Random(3));
      story.pass(cache, Map.of(0, 900, 1, 5, 2, 8));
      story.pass(cache, Map.of(0, 1, 1, 1, 2, 1));
      story.pass(cache, Map.of(0, 1, 1, 1, 2, 1));
    }
  }

  /** Sequences of random ids, and a cache to which random things happen. */
  private static final class Story {
    private final Graph graph;
    private final Parameters parameters;
    private final Session session;
    private final Random random;
    private final Map<Integer, int[]> ids = new HashMap<>();

    Story(Graph graph, Parameters parameters, Random random) {
      this.graph = graph;
      this.parameters = parameters;
      this.session = new Session(graph, parameters);
      this.random = random;
    }

    void run(int passes) {
      try (KvCache cache = new KvCache(SEQUENCES, 2)) {
        for (int i = 0; i < passes; i++) {
          int sequence = random.nextInt(SEQUENCES);
          if (random.nextInt(6) == 0 || ids.getOrDefault(sequence, new int[0]).length > 7) {
            cache.clear(sequence);
            ids.remove(sequence);
          }
          if (random.nextInt(6) == 0 && cache.length(sequence) > 1) {
            cache.truncate(sequence, cache.length(sequence) - 1);
            ids.computeIfPresent(sequence, (s, all) -> Arrays.copyOf(all, all.length - 1));
          }
          boolean steps = random.nextInt(3) > 0;
          Map<Integer, Integer> fresh = new HashMap<>();
          random
              .ints(1 + random.nextInt(SEQUENCES), 0, SEQUENCES)
              .forEach(s -> fresh.put(s, steps ? 1 : 1 + random.nextInt(3)));
          fresh.keySet().removeIf(s -> ids.getOrDefault(s, new int[0]).length > 8);
          if (!fresh.isEmpty()) {
            pass(cache, fresh);
          }
        }
      }
    }

    /** A pass over so many new ids of each of those sequences. */
    void pass(KvCache cache, Map<Integer, Integer> fresh) {
      List<Integer> order = new ArrayList<>(fresh.keySet());
      if (random.nextInt(3) == 0) {
        Collections.shuffle(order, random);
      }
      List<int[]> parts =
          order.stream().map(s -> random.ints(fresh.get(s), 0, 29).toArray()).toList();
      int[] tokens = parts.stream().flatMapToInt(Arrays::stream).toArray();
      float[] found;
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        KvCache.Selection selected =
            cache.select(order.stream().mapToInt(Integer::intValue).toArray());
        Pass pass = Pass.of(tokens, Sequences.of(parts)).after(selected);
        found = session.run(pass, scope).toFloats();
      }
      int row = 0;
      for (int i = 0; i < parts.size(); i++) {
        int[] before = ids.getOrDefault(order.get(i), new int[0]);
        int[] all = IntStream.concat(Arrays.stream(before), Arrays.stream(parts.get(i))).toArray();
        ids.put(order.get(i), all);
        float[] whole = Forward.logits(graph, parameters, all);
        int end = row + parts.get(i).length;
        assertThat(
                Forward.difference(
                    Arrays.copyOfRange(found, row * VOCABULARY, end * VOCABULARY),
                    Arrays.copyOfRange(whole, before.length * VOCABULARY, whole.length)))
            .isLessThan(1e-4);
        row = end;
        assertThat(cache.length(order.get(i))).isEqualTo(all.length);
      }
    }
  }
}
