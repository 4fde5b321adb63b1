package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Forward;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that transformers wrote: see docs/interop/bitsandbytes_models.py. */
class BitsAndBytesTest {
  private static final Path FOLDER = Path.of("src/test/resources/bitsandbytes");

  @ParameterizedTest
  @ValueSource(strings = {"llama-nf4", "gpt2-nf4", "llama-int8"})
  void theValuesAreThoseThatBitsandbytesReads(String name) {
    try (Checkpoint model = Checkpoint.open(FOLDER.resolve(name), DType.F32)) {
      assertThat(model.parameters().format()).isEqualTo("f32");
      assertThat(difference(model, name)).isLessThan(2e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"llama-nf4, nf4", "gpt2-nf4, nf4", "llama-int8, int8"})
  void theyStayAsTheyAreUnlessATypeIsAskedFor(String name, String format) {
    try (Checkpoint model = Checkpoint.open(FOLDER.resolve(name));
        Checkpoint asked =
            Checkpoint.open(FOLDER.resolve(name), Precision.valueOf(format.toUpperCase()))) {
      assertThat(model.parameters().format()).isEqualTo(format);
      assertThat(model.parameters().type()).isEqualTo(DType.BF16);
      assertThat(difference(model, name)).isBetween(1e-6, 0.01); // computed in bfloat16
      // asked for, it is what becomes of the output head too
      assertThat(asked.parameters().bytes()).isLessThan(model.parameters().bytes());
      assertThat(difference(asked, name)).isBetween(1e-6, 0.2);
    }
  }

  @Test
  void theyAreNotQuantisedOnceMore() {
    assertThatThrownBy(() -> Checkpoint.open(FOLDER.resolve("llama-nf4"), Precision.INT4))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("quantised to nf4 already, and would lose more in int4");
  }

  private static double difference(Checkpoint model, String name) {
    Path file = FOLDER.resolve(name).resolve("expected.safetensors");
    try (Safetensors expected = Safetensors.open(file);
        Tensor ids = expected.get("ids");
        Tensor logits = expected.get("logits")) {
      int[] tokens = Arrays.stream(ids.toLongs()).mapToInt(Math::toIntExact).toArray();
      float[] found = Forward.logits(model.graph(), model.parameters(), tokens);
      return Forward.difference(found, logits.toFloats());
    }
  }
}
