package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.AtomicFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run goes on after any end, and comes out the same, bit for bit. */
class ResumeTest {
  private static final int STEPS = 160;

  @TempDir Path folder;
  private Path model;
  private Path data;

  @BeforeEach
  void makeFiles() throws IOException {
    model = TinyModel.in(folder);
    data = folder.resolve("verses.jsonl");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      lines.add(
          "{\"prompt\": \"Line %d of\", \"completion\": \" the log: %d\"}".formatted(i, i * i));
    }
    Files.write(data, lines);
  }

  private List<Object> command(Path out) {
    return command(out, STEPS);
  }

  private List<Object> command(Path out, int steps) {
    return new ArrayList<>(
        List.of(
            "train",
            "--model",
            model,
            "--data",
            data,
            "--out",
            out,
            "--steps",
            steps,
            "--learning-rate",
            0.01,
            "--batch-size",
            3,
            "--accumulate",
            2,
            "--dropout",
            0.1,
            "--lora-plus",
            4,
            "--neftune",
            2,
            "--eval-every",
            40,
            "--checkpoint-every",
            7,
            "--threads",
            1,
            "--sample",
            ""));
  }

  /** A process of its own, since only that can be killed. */
  private Process start(List<Object> command) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.lorax.cli.Main"));
    command.forEach(word -> words.add(word.toString()));
    Path errors = folder.resolve("errors.txt");
    return new ProcessBuilder(words)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
        .start();
  }

  @Test
  void aRunThatIsKilledAtAnyMomentEndsWithTheSameBits() throws Exception {
    Path whole = folder.resolve("whole");
    ended(start(command(whole)));
    Path killed = folder.resolve("killed");
    Random random = new Random(); // other moments each time
    int kills = 0;
    Process process = start(command(killed));
    while (kills < 4) {
      waitForALine(killed.resolve("metrics.jsonl"), process);
      if (process.waitFor(random.nextInt(700), TimeUnit.MILLISECONDS)) {
        break; // it was quicker
      }
      process.destroyForcibly().waitFor();
      kills++;
      assertThat(Files.exists(killed.resolve("adapter_model.safetensors"))).isFalse();
      process = start(List.of("train", "--resume", killed));
    }
    ended(process);
    assertThat(kills).isPositive();
    assertSame(killed, whole);
  }

  private void ended(Process process) throws Exception {
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("errors.txt"))).isZero();
  }

  /** Until this process has taken a step of its own. */
  private static void waitForALine(Path metrics, Process process) throws Exception {
    long before = size(metrics);
    for (int i = 0; i < 6000 && process.isAlive() && size(metrics) <= before; i++) {
      Thread.sleep(10);
    }
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static void assertSame(Path run, Path other) throws IOException {
    for (String file : List.of("adapter_model.safetensors", "best/adapter_model.safetensors")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(other.resolve(file));
    }
    assertThat(losses(run)).isEqualTo(losses(other));
  }

  private static List<String> losses(Path run) throws IOException {
    try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
      return lines.map(ResumeTest::numbers).filter(numbers -> !numbers.isEmpty()).toList();
    }
  }

  private static String numbers(String line) {
    try {
      var json = new ObjectMapper().readTree(line);
      return json.has("resumed")
          ? ""
          : "%s %s %s %s"
              .formatted(
                  json.get("step"),
                  json.get("loss"),
                  json.get("evalLoss"),
                  json.get("learningRate"));
    } catch (IOException torn) {
      throw new UncheckedIOException(torn);
    }
  }

  @Test
  void aTerminatedRunSavesAndGoesOn() throws Exception {
    Path out = folder.resolve("terminated");
    Process process = start(command(out));
    waitForALine(out.resolve("metrics.jsonl"), process);
    process.destroy(); // SIGTERM
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(folder.resolve("errors.txt"));
    assertThat(process.exitValue()).as(said).isEqualTo(1);
    assertThat(said).contains("interrupted; what was learned in", "--resume");
    assertThat(out.resolve("adapter_model.safetensors")).exists();
    ended(start(List.of("train", "--resume", out)));
    Path whole = folder.resolve("whole");
    ended(start(command(whole)));
    assertSame(out, whole);
  }

  @Test
  void anotherRecipeOtherDataAndAnotherBaseAreRefusedByName() throws IOException {
    Path out = folder.resolve("out");
    Lorax.run(command(out, 10).toArray()).ok();
    Lorax.run("train", "--resume", out, "--rank", 4).failed(1, "'rank' was 8 and is 4");
    String samples = Files.readString(data);
    Files.writeString(data, samples.replace("Line 7 ", "Line 8 "));
    Lorax.run("train", "--resume", out).failed(1, "the data file '1 verses.jsonl' has changed");
    Files.writeString(data, samples);
    Lorax.run("train", "--resume", out, "--threads", 1).ok();
    Path weights = model.resolve("model.safetensors");
    byte[] changed = Files.readAllBytes(weights);
    changed[changed.length - 1] ^= 1;
    Files.write(weights, changed);
    Lorax.run("train", "--resume", out)
        .failed(1, "the model's file 'model.safetensors' has changed");
  }

  @Test
  void whatCannotBeWrittenEndsARunThatGoesOnOnceItCan() throws IOException {
    Path out = folder.resolve("out");
    Lorax.run(command(out, 10).toArray()).ok();
    byte[] whole = Files.readAllBytes(out.resolve("adapter_model.safetensors"));
    AtomicFolder.delete(out.resolve("checkpoints"));
    Path inTheWay = Files.createFile(out.resolve("checkpoints"));
    String again = "'lorax train --resume %s' begins it again".formatted(out);
    Lorax.run("train", "--resume", out)
        .says(1, "step-00000007", "learned in 7 steps is saved", "once that is mended", again);
    Files.delete(inTheWay);
    Lorax.run("train", "--resume", out).ok();
    assertThat(out.resolve("adapter_model.safetensors")).hasBinaryContent(whole);
  }

  @Test
  void keepsTheThreadsOfItsNewestCheckpointElseThoseThatItBeganWith() throws IOException {
    Path out = folder.resolve("out");
    List<Object> command = command(out, 5);
    Lorax.run(command.toArray()).ok();
    Path recipe = out.resolve("recipe.yaml");
    Files.writeString(recipe, Files.readString(recipe).replaceAll("(?m)^threads: .*\n", ""));

    setThreads(out.resolve("checkpoints/step-00000005"), 2);
    assertThat(threadsOfResumed(out)).isEqualTo(2);
    AtomicFolder.delete(out.resolve("checkpoints"));
    setThreads(out, 3);
    assertThat(threadsOfResumed(out)).isEqualTo(3);
  }

  private static void setThreads(Path folder, int threads) throws IOException {
    Path state = folder.resolve("run.json");
    String begun = Files.readString(state);
    Files.writeString(state, begun.replace("\"threads\":1,", "\"threads\":" + threads + ","));
  }

  private static int threadsOfResumed(Path out) throws IOException {
    Lorax run = Lorax.run("train", "--resume", out, "--json").ok();
    assertThat(run.err()).contains("as in the run before").doesNotContain("--threads");
    return run.json().get("threads").asInt();
  }

  @Test
  void anotherMemoryBudgetIsHeeded() throws IOException {
    Path out = folder.resolve("out");
    Lorax.run(command(out, 5).toArray()).ok();
    assertThat(Lorax.run("train", "--resume", out).ok().err())
        .contains("after step 5, its last: the run had finished, from " + out);
    Lorax.run("train", "--resume", out, "--memory-budget", "100GB", "--json").ok();
    assertThat(Lorax.run("train", "--resume", out, "--memory-budget", "100GB", "--json").err())
        .contains("fits --memory-budget 100.0 GB")
        .doesNotContain("as --recompute says");
  }

  @Test
  void aRunResumedOnAnotherDayWritesTheDateOfItsBeginning() throws IOException {
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{{ strftime_now('%d %B %Y') }} {% for m in messages %}{{ m.content }}\n{% endfor %}");
    Path out = folder.resolve("dated");
    List<Object> command = command(out, 6);
    command.set(command.indexOf("--checkpoint-every") + 1, 2);
    command.addAll(List.of("--as-chat", "--learn-prompts", "--keep-checkpoints", 9));
    LocalDateTime before = LocalDateTime.now();
    Lorax.run(command.toArray()).ok();
    List<String> today = losses(out);
    String begun = Lorax.json(out.resolve("run.json")).at("/settled/time").asText();
    assertThat(LocalDateTime.parse(begun)).isBetween(before, LocalDateTime.now());

    rewind(out, 0);
    Path state = out.resolve("run.json");
    Files.writeString(state, Files.readString(state).replace(begun, "1999-12-31T23:59:59"));
    Lorax.run("train", "--resume", out).ok();
    List<String> then = losses(out);
    assertThat(then).hasSameSizeAs(today).isNotEqualTo(today);
    byte[] adapter = Files.readAllBytes(out.resolve("adapter_model.safetensors"));

    rewind(out, 2);
    Lorax.run("train", "--resume", out).ok();
    assertThat(losses(out)).isEqualTo(then);
    assertThat(out.resolve("adapter_model.safetensors")).hasBinaryContent(adapter);
  }

  /** Makes a run forget what it did after a step. */
  private static void rewind(Path run, int step) throws IOException {
    Files.delete(run.resolve("adapter_model.safetensors"));
    for (int after = step + 2; after <= 6; after += 2) {
      Path checkpoint = run.resolve("checkpoints/step-%08d".formatted(after));
      AtomicFolder.delete(checkpoint);
    }
  }

  @Test
  void whatIsNoRunCannotBeResumed() {
    Lorax.run("train", "--resume", folder)
        .failed(1, folder + " is no run that could be resumed: it has no recipe.yaml");
    Path none = folder.resolve("none");
    Lorax.run("train", "--resume", none)
        .failed(1, none + " is no run that could be resumed: no such folder");
  }
}
