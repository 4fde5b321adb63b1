package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.DamagedJson;
import dev.lorax.model.ModelConfigException;
import dev.lorax.parity.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged files of a folder give one line or a checkpoint, never another exception. */
class CheckpointFuzzTest {
  private static final int CASES = Integer.getInteger("lorax.fuzz", 2000);

  /** Of a graph of 64 layers of experts, which few bytes of config.json ask for. */
  private static final long MOST_BYTES = 64 << 20;

  @TempDir Path folder;

  static List<Fixture> fixtures() {
    return Stream.concat(Fixture.all().stream(), Fixture.classifiers().stream()).toList();
  }

  private void copy(Fixture fixture, String... files) throws IOException {
    for (String file : files) {
      Files.copy(fixture.folder().resolve(file), folder.resolve(file));
    }
  }

  private DamagedJson copies(String file) {
    return new DamagedJson(
        folder.resolve(file), MOST_BYTES, CheckpointException.class, ModelConfigException.class);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void damagedConfigsAreToldInOneLine(Fixture fixture) throws IOException {
    try (Stream<Path> files = Files.list(fixture.folder())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    int most = CASES / fixtures().size();
    int read = copies("config.json").read(most, () -> Checkpoint.open(folder).close());
    assertThat(read).isBetween(most / 20, most);
  }

  @Test
  void damagedGenerationConfigsAreToldInOneLine() throws IOException {
    copy(Fixture.named("llama-lora-qkv"), "config.json", "model.safetensors");
    Files.writeString(
        folder.resolve("generation_config.json"),
        "{\"bos_token_id\":1,\"eos_token_id\":[2,3],\"temperature\":0.6,\"top_p\":0.9}");
    try (Checkpoint base = Checkpoint.open(folder)) {
      int read = copies("generation_config.json").read(CASES, base::endIds);
      assertThat(read).isBetween(CASES / 20, CASES);
    }
  }

  @Test
  void damagedIndexesAreToldInOneLine() throws IOException {
    Path sharded = Fixture.named("llama-sharded-bf16").folder();
    try (Stream<Path> files = Files.list(sharded)) {
      for (Path file : files.filter(file -> file.toString().contains(".safetensors")).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    int read =
        copies("model.safetensors.index.json").read(CASES, () -> Weights.open(folder).close());
    assertThat(read).isBetween(CASES / 100, CASES);
  }
}
