package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SamplingTest {
  @Test
  void byDefaultNothingChangesTheModelsProbabilities() {
    assertThat(Sampling.builder().build().processors()).isEmpty();
    assertThat(Sampling.builder().build().isGreedy()).isFalse();
  }

  @Test
  void temperatureZeroIsGreedy() {
    assertThat(Sampling.builder().temperature(0).topP(0.5).build().isGreedy()).isTrue();
    assertThat(Sampling.greedy().isGreedy()).isTrue();
  }

  @Test
  void equalOptionsAreEqual() {
    assertThat(Sampling.builder().topP(0.5).seed(1).build())
        .isEqualTo(Sampling.builder().seed(1).topP(0.5).build());
  }

  @Test
  void anOptionOutsideItsRangeIsNamedWithTheRange() {
    refuses(b -> b.temperature(-0.1), "temperature is -0.1, but must be 0 (greedy) or more.");
    refuses(b -> b.temperature(Double.NaN), "temperature is NaN, but must be");
    refuses(b -> b.topK(-1), "top_k is -1, but must be");
    refuses(b -> b.topP(0), "top_p is 0.0, but must be above 0 and at most 1.");
    refuses(b -> b.topP(1.01), "top_p is 1.01, but must be");
    refuses(b -> b.minP(-1), "min_p is -1.0, but must be");
    refuses(b -> b.minP(1.5), "min_p is 1.5, but must be");
    refuses(b -> b.typicalP(0), "typical_p is 0.0, but must be");
    refuses(b -> b.epsilonCutoff(1), "epsilon_cutoff is 1.0, but must be");
    refuses(b -> b.repetitionPenalty(0), "repetition_penalty is 0.0, but must be");
    refuses(b -> b.noRepeatNgram(-2), "no_repeat_ngram_size is -2, but must be");
  }

  private static void refuses(UnaryOperator<SamplingBuilder> option, String message) {
    assertThatThrownBy(() -> option.apply(Sampling.builder()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }
}
