package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LogitsProcessorsTest {
  private static final Golden GOLDEN = Golden.read();
  private static final float NONE = Float.NEGATIVE_INFINITY;

  private static final Map<String, Sampling> SAMPLINGS =
      Map.of(
          "temperature_0.7", Sampling.builder().temperature(0.7).build(),
          "top_k_5", Sampling.builder().topK(5).build(),
          "top_p_0.8", Sampling.builder().topP(0.8).build(),
          "min_p_0.1", Sampling.builder().minP(0.1).build(),
          "typical_0.7", Sampling.builder().typicalP(0.7).build(),
          "epsilon_0.02", Sampling.builder().epsilonCutoff(0.02).build(),
          "repetition_1.3", Sampling.builder().repetitionPenalty(1.3).build(),
          "no_repeat_2", Sampling.builder().noRepeatNgram(2).build(),
          "rep1.2_temp0.8_topk10_topp0.9",
              Sampling.builder()
                  .repetitionPenalty(1.2)
                  .temperature(0.8)
                  .topK(10)
                  .topP(0.9)
                  .build());

  @Test
  void everyCaseOfTransformersIsCovered() {
    TreeSet<String> names = new TreeSet<>();
    for (Iterator<String> all = GOLDEN.probabilities().fieldNames(); all.hasNext(); ) {
      names.add(all.next());
    }
    assertThat(names).isEqualTo(new TreeSet<>(SAMPLINGS.keySet()));
  }

  @Test
  void probabilitiesAreThoseOfTransformers() {
    SAMPLINGS.forEach(
        (name, sampling) -> {
          Sampler sampler = sampling.sampler();
          for (int row = 0; row < GOLDEN.logits().length; row++) {
            int[] ids = GOLDEN.ids()[row];
            double[] actual = sampler.probabilities(GOLDEN.logits()[row], ids, ids.length);
            double[] expected = GOLDEN.expected(name, row);
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < actual.length; i++) {
              assertThat(actual[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(1e-6));
              assertThat(actual[i] == 0).as("%s[%d] kept", name, i).isEqualTo(expected[i] == 0);
            }
          }
        });
  }

  @Test
  void theOrderIsThatOfTransformers() {
    Sampling all =
        new SamplingBuilder()
            .temperature(2)
            .topK(3)
            .topP(0.5)
            .minP(0.1)
            .typicalP(0.9)
            .epsilonCutoff(0.1)
            .repetitionPenalty(2)
            .noRepeatNgram(2)
            .build();
    assertThat(all.processors())
        .extracting(step -> step.getClass().getSimpleName())
        .containsExactly(
            "RepetitionPenalty",
            "NoRepeatNgram",
            "Temperature",
            "TopK",
            "TopP",
            "MinP",
            "TypicalP",
            "EpsilonCutoff");
  }

  @Test
  void topKKeepsAllThatEqualTheLast() {
    assertThat(after(new TopK(2), 1, 3, 2, 2, 0)).containsExactly(NONE, 3, 2, 2, NONE);
    assertThat(after(new TopK(9), 1, 3)).containsExactly(1, 3);
  }

  @Test
  void topPKeepsOfEqualTokensOnlyAsManyAsItNeeds() {
    assertThat(after(new TopP(0.5), 0, 0, 0, 0)).containsExactly(NONE, NONE, 0, 0);
    assertThat(after(new TopP(0.51), 0, 0, 0, 0)).containsExactly(NONE, 0, 0, 0);
  }

  @Test
  void theMostLikelyTokenAlwaysStays() {
    float[] logits = {1, 3, 2};
    float[] expected = {NONE, 3, NONE};
    assertThat(after(new TopP(1e-9), logits)).containsExactly(expected);
    assertThat(after(new MinP(1), logits)).containsExactly(expected);
    assertThat(after(new TopK(1), logits)).containsExactly(expected);
    assertThat(after(new EpsilonCutoff(0.99), logits)).containsExactly(expected);
  }

  @Test
  void aRepeatedTokenIsPenalisedOnce() {
    float[] logits = {4, -4, 4};
    new RepetitionPenalty(2).process(logits, new int[] {0, 0, 1, 1, 0, 2}, 5);
    assertThat(logits).containsExactly(2, -8, 4);
  }

  @Test
  void aRunMayNotRepeat() {
    float[] logits = {1, 1, 1, 1};
    new NoRepeatNgram(3).process(logits, new int[] {0, 1, 2, 0, 1, 3, 0, 1}, 8);
    assertThat(logits).containsExactly(1, 1, NONE, NONE);
    float[] few = {1, 1};
    new NoRepeatNgram(3).process(few, new int[] {0, 0}, 2);
    assertThat(few).containsExactly(1, 1);
    new NoRepeatNgram(1).process(few, new int[] {0, 0}, 2);
    assertThat(few).containsExactly(NONE, 1);
  }

  @Test
  void aTinyTemperatureStaysFinite() {
    float[] logits = after(new Temperature(1e-300), 1, 3, 2);
    assertThat(logits).containsExactly(NONE, 0, NONE);
  }

  private static float[] after(LogitsProcessor step, float... logits) {
    float[] copy = Arrays.copyOf(logits, logits.length);
    step.process(copy, new int[0], 0);
    return copy;
  }
}
