package dev.lorax.peft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.DamagedJson;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged configurations give a CheckpointException or an adapter, never another exception. */
class PeftConfigFuzzTest {
  private static final int CASES = Integer.getInteger("lorax.fuzz", 2000);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"llama-patterns", "llama-trainable-tokens", "llama-modules-to-save", "gpt2-dora"})
  void damagedConfigsAreToldInOneLine(String name) throws IOException {
    Fixture fixture = Fixture.named(name);
    for (String file : new String[] {"adapter_model.safetensors", PeftConfig.FILE}) {
      Files.copy(fixture.folder().resolve("adapter").resolve(file), folder.resolve(file));
    }
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32)) {
      DamagedJson copies =
          new DamagedJson(folder.resolve(PeftConfig.FILE), 2 << 20, CheckpointException.class);
      int read = copies.read(CASES / 4, () -> PeftFolder.read(folder, base).close());
      assertThat(read).isBetween(CASES / 40, CASES / 5);
    }
  }
}
