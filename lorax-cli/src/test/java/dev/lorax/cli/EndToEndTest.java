package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user does with a chat file of their own, from the examination to the conversation. */
class EndToEndTest {
  private static final Path MODEL = Document.ROOT.resolve("demo/base");
  private static final Path CHATS = Document.ROOT.resolve("demo/cook-chat.jsonl");

  @TempDir Path folder;

  private List<Object> recipe() {
    return new ArrayList<>(
        List.of(
            "--model",
            MODEL,
            "--data",
            CHATS,
            "--answers",
            "all",
            "--targets",
            "all-linear",
            "--rank",
            16,
            "--learning-rate",
            5e-3,
            "--batch-size",
            4,
            "--steps",
            50));
  }

  @Test
  void aChatFileIsExaminedTrainedKilledResumedMeasuredAndTalkedTo() throws Exception {
    Path run = folder.resolve("cook");
    examine();
    kill(run);
    Lorax resumed = Lorax.run("train", "--resume", run).ok();
    assertThat(resumed.err()).contains("resumed   after step ");
    measure(run);
    talk(run);
  }

  private void examine() throws Exception {
    List<Object> words = new ArrayList<>(List.of("doctor"));
    words.addAll(recipe());
    words.addAll(List.of("--steps-timed", 1, "--json"));
    assertThat(Lorax.run(words.toArray()).ok().json().findValuesAsText("severity"))
        .doesNotContain("error");
  }

  private void kill(Path run) throws Exception {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.lorax.cli.Main"));
    words.addAll(List.of("train", "--out", run.toString(), "--checkpoint-every", "3"));
    recipe().forEach(word -> words.add(word.toString()));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said.txt").toFile())
            .start();
    Path checkpoint = run.resolve("checkpoints/step-00000003");
    for (int i = 0; i < 6000 && process.isAlive() && !Files.exists(checkpoint); i++) {
      Thread.sleep(10);
    }
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    assertThat(run.resolve("adapter_model.safetensors")).doesNotExist();
  }

  private static void measure(Path run) throws Exception {
    Lorax eval =
        Lorax.run(
            "eval",
            "--model",
            MODEL,
            "--adapter",
            run,
            "--data",
            CHATS,
            "--answers",
            "all",
            "--limit",
            40,
            "--json");
    List<Double> losses = new ArrayList<>();
    for (JsonNode loss : eval.ok().json().findValues("loss")) {
      losses.add(loss.asDouble());
    }
    assertThat(losses).hasSizeGreaterThanOrEqualTo(2);
    assertThat(losses.get(1)).isLessThan(losses.get(0) - 3); // the base, then the adapter
  }

  private static void talk(Path run) {
    Lorax chat =
        Lorax.withInput(
            "What is for supper?\nMay I have some more?\n",
            "chat",
            "--model",
            MODEL,
            "--adapter",
            run,
            "--max-tokens",
            40,
            "--temperature",
            0.2);
    assertThat(chat.ok().out().lines().filter(line -> !line.isBlank())).hasSizeGreaterThan(1);
    assertThat(chat.out()).containsPattern("\\b(an'|o'|matey|Arr|me|ye|be)\\b");
  }
}
