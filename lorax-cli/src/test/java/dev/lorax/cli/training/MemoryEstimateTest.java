package dev.lorax.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryEstimateTest {
  private static final String GPT2 =
      """
      {"model_type": "gpt2", "n_layer": 8, "n_embd": 512, "n_head": 8, "n_positions": 256,
       "vocab_size": 20000, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5}
      """;

  @TempDir private Path folder;

  /**
   * In a process of its own, with the launcher's heap: this one has run other tests. Without Java's
   * best compiler, whose own memory differs by 100 MB from run to run.
   */
  @EnabledOnOs(OS.LINUX) // elsewhere nobody tells the peak
  @ParameterizedTest
  @CsvSource({"f32, 0", "f32, 1", "bf16, 0"})
  void foreseesThePeakOfARun(String type, String share) throws Exception {
    JsonNode memory = bench(type, share).get("memory");
    double expected = memory.get("expectedPeakBytes").asDouble();
    assertThat(expected / memory.get("peakBytes").asDouble()).isBetween(0.85, 1.25);
  }

  private JsonNode bench(String type, String share) throws IOException, InterruptedException {
    Path config = Files.writeString(folder.resolve("config.json"), GPT2);
    Path errors = folder.resolve("errors.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xms64m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.lorax.cli.Main"));
    command.addAll(List.of("bench", "train", "--config", config.toString(), "--dtype", type));
    command.addAll(List.of("--recompute", share, "--batch", "8", "--rank", "4"));
    command.addAll(List.of("--warmup", "1", "--steps", "2", "--json"));
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    return new ObjectMapper().readTree(out);
  }
}
