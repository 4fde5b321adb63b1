package dev.lorax.cli.training;

import static dev.lorax.tensor.DType.BF16;
import static dev.lorax.tensor.DType.F16;
import static dev.lorax.tensor.DType.F32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.tensor.DType;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TypeChoiceTest {
  private static final Processor FAST = new Processor(2, 2, Optional.of(true));
  private static final Processor SLOW = new Processor(2, 2, Optional.of(false));
  private static final Processor UNKNOWN = new Processor(2, 2, Optional.empty());

  private static String reason(DType type, boolean asked, Processor processor, DType... stored) {
    return TypeChoice.of(type, asked, Set.of(stored), processor).toString();
  }

  @Test
  void staysWithTheCheckpoint() {
    assertThat(reason(BF16, false, FAST, BF16)).isEqualTo("bf16, as the checkpoint stores it");
    assertThat(reason(BF16, false, UNKNOWN, BF16)).isEqualTo("bf16, as the checkpoint stores it");
    assertThat(reason(F32, false, SLOW, F32)).isEqualTo("f32, as the checkpoint stores it");
    assertThat(reason(F32, false, UNKNOWN, F32)).isEqualTo("f32, as the checkpoint stores it");
    assertThat(reason(BF16, false, FAST, BF16, F32))
        .isEqualTo("bf16, as the checkpoint stores most of it");
  }

  @Test
  void warnsWhereTheProcessorHasNoBfloat16() {
    String warning =
        "; this processor has no bfloat16 instructions: --dtype f32 may be several times faster,"
            + " in twice the memory";
    assertThat(reason(BF16, false, SLOW, BF16))
        .isEqualTo("bf16, as the checkpoint stores it" + warning);
    assertThat(reason(BF16, true, SLOW, F32)).isEqualTo("bf16, as --dtype says" + warning);
  }

  @Test
  void recommendsBfloat16WhereTheProcessorHasIt() {
    assertThat(reason(F32, false, FAST, F32))
        .isEqualTo(
            "f32, as the checkpoint stores it; --dtype bf16 would halve its memory and may be about"
                + " 1.7 times as fast");
    assertThat(reason(F32, true, FAST, F32)).isEqualTo("f32, as --dtype says");
  }

  @Test
  void saysWhatQuantisedWeightsAreComputedIn() {
    assertThat(TypeChoice.quantized("nf4", BF16, true))
        .hasToString("nf4, computed in bf16, as --dtype says");
    assertThat(TypeChoice.quantized("int8", F32, false))
        .hasToString("int8, computed in f32, as the checkpoint stores it");
  }

  @Test
  void saysWhyFloat16IsNotKept() {
    assertThat(reason(F32, false, UNKNOWN, F16))
        .isEqualTo("f32, since processors are slow in the checkpoint's f16");
    assertThat(reason(F32, false, FAST, F16)).contains("; --dtype bf16 would halve");
  }
}
