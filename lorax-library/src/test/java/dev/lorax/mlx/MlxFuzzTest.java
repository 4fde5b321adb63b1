package dev.lorax.mlx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.lora.Adapter;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged configurations give a CheckpointException or an adapter, never another exception. */
class MlxFuzzTest {
  private static final int CASES = Integer.getInteger("lorax.fuzz", 2000);
  private static final String[] TOKENS = {
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-1",
    "0",
    "9223372036854775807",
    "1e999",
    "null",
    "true",
    "\\ud800",
    "[]",
    "{}",
    "\u0000",
    "é",
    "NaN",
    "99999999999999999999"
  };

  @TempDir Path folder;

  @Test
  void damagedConfigsAreToldInOneLine() throws IOException {
    Path mlx = folder.resolve("mlx");
    Fixture fixture = Fixture.named("llama-lora-qkv");
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32)) {
      try (Adapter adapter = PeftFolder.read(fixture.folder().resolve("adapter"), base)) {
        MlxFolder.write(mlx, base, adapter);
      }
      Path file = mlx.resolve("adapter_config.json");
      String valid = Files.readString(file);
      Random random = new Random(1);
      int read = 0;
      for (int i = 0; i < CASES; i++) {
        Files.write(file, spliced(valid, random).getBytes(StandardCharsets.UTF_8));
        read += isRead(mlx, base) ? 1 : 0;
      }
      assertThat(read).isBetween(CASES / 100, CASES / 2);
    }
  }

  private static String spliced(String valid, Random random) {
    int from = random.nextInt(valid.length());
    int to = Math.min(valid.length(), from + random.nextInt(8));
    return valid.substring(0, from) + TOKENS[random.nextInt(TOKENS.length)] + valid.substring(to);
  }

  private static boolean isRead(Path mlx, Checkpoint base) {
    try (Adapter adapter = MlxFolder.read(mlx, base)) {
      return true;
    } catch (CheckpointException told) {
      assertThat(told.getMessage()).startsWith(mlx.toString()).doesNotContain("\n");
      return false;
    }
  }
}
