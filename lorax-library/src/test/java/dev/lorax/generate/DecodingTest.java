package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DecodingTest {
  private static final Limits LIMITS = new Limits(Set.of(), 12, 64);

  @Test
  void aStepThatFailsChangesNothingAndMayBeTriedAgain() {
    List<int[]> prompts = List.of(new int[] {1, 2, 3}, new int[] {4, 5}, new int[] {6});
    try (TinyModel model = TinyModel.gpt2()) {
      Session session = new Session(model.graph(), model.parameters());
      Tensor weight = model.parameters().get("decoder.norm.weight");
      try (Decoding undisturbed = decoding(session, prompts);
          Decoding disturbed = decoding(session, prompts)) {
        while (undisturbed.isRunning()) {
          undisturbed.step();
        }
        for (int i = 0; disturbed.isRunning(); i++) {
          if (i == 0 || i == 4) {
            fail(disturbed, weight);
          }
          disturbed.step();
        }
        for (int i = 0; i < prompts.size(); i++) {
          assertThat(disturbed.sequences().get(i).generated())
              .isEqualTo(undisturbed.sequences().get(i).generated());
        }
      }
    }
  }

  /** A step in which the model's values overflow. */
  private static void fail(Decoding decoding, Tensor weight) {
    try (Scope scope = new Scope()) {
      Tensor good = weight.copy();
      weight.mulInPlace(Double.NaN);
      assertThatThrownBy(decoding::step)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the model's values overflowed");
      weight.copyInPlace(good);
    }
  }

  private static Decoding decoding(Session session, List<int[]> prompts) {
    return new Decoding(session, prompts, Sampling.greedy(), LIMITS);
  }

  @Test
  void theLargestLogitIsFoundInPlaceAsTheSamplerFindsIt() {
    Random random = new Random(1);
    for (DType type :
        List.of(DType.F32, DType.BF16)) { // of equal ones, frequent in 16 bit, the first
      for (int vocabulary : new int[] {1, 7, 97, 1000, 32_001}) {
        try (Scope scope = new Scope()) {
          float[] values = new float[3 * vocabulary];
          for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(20);
          }
          Tensor logits = Tensor.of(values, 3, vocabulary).to(type);
          List<Decoded> greedy = sequences(Sampling.greedy());
          List<Decoded> copied = sequences(Sampling.builder().temperature(0).topK(3).build());
          int[] slow =
              IntStream.range(0, 3)
                  .map(i -> copied.get(i).choose(logits.narrow(0, i, 1).toFloats()))
                  .toArray();
          assertThat(new Choosing().of(logits, greedy)).isEqualTo(slow);
        }
      }
    }
  }

  private static List<Decoded> sequences(Sampling sampling) {
    return IntStream.range(0, 3)
        .mapToObj(i -> new Decoded(i, new int[] {0}, sampling.sampler()))
        .toList();
  }
}
