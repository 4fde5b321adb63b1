package dev.lorax.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.StubCall;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The frequencies of LongRoPE change with the length of the sequence, of each by itself. */
class RotaryAnglesTest {
  private static final RopeScaling LONG =
      new RopeScaling.LongRope(List.of(1.0, 2.0), List.of(4.0, 8.0), 3, 1);

  @Test
  void aSequenceLongerThanTheOriginalContextHasItsOwnFrequencies() {
    try (Scope scope = new Scope()) {
      float[] together = table(Sequences.of(3, 4), 0, 1, 2, 0, 1, 2, 3);
      assertThat(together).startsWith(table(Sequences.of(3), 0, 1, 2));
      assertThat(together).endsWith(table(Sequences.of(4), 0, 1, 2, 3));
      assertThat(together[4 + 3]).isEqualTo((float) Math.sin(0.005f)); // 1 · 0.01 / 2
      assertThat(together[4 * 4 + 3]).isEqualTo((float) Math.sin(0.00125f));
    }
  }

  @Test
  void theFactorIsThePapers() {
    assertThat(RopeScaling.LongRope.attentionFactor(32, 4096))
        .isEqualTo(Math.sqrt(1 + Math.log(32) / Math.log(4096)));
    assertThat(RopeScaling.LongRope.attentionFactor(1, 4096)).isEqualTo(1);
  }

  private static float[] table(Sequences sequences, long... positions) {
    Tensor input = Tensor.of(positions, positions.length);
    StubCall call = new StubCall(List.of(input), Map.of(), Map.of(), sequences, Mode.inference());
    return new RotaryAngles(4, 10_000, LONG).apply(call).toFloats();
  }
}
