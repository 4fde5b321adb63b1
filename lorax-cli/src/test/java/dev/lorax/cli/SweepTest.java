package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  @TempDir Path folder;
  private Path model;
  private Path text;

  @BeforeEach
  void makeFiles() throws IOException {
    model = TinyModel.in(folder);
    text = TinyModel.text(folder);
  }

  private Lorax train(Path out, Object... more) {
    List<Object> args =
        new ArrayList<>(
            List.of(
                "train",
                "--model",
                model,
                "--data",
                text,
                "--out",
                out,
                "--window",
                16,
                "--steps",
                4,
                "--sample",
                ""));
    args.addAll(Arrays.asList(more));
    return Lorax.run(args.toArray());
  }

  @Test
  void trainsEachCombinationAsIfItWereAloneAndRanksThem() throws IOException {
    Path out = folder.resolve("sweep");
    Lorax run = train(out, "--sweep", "rank=2,4", "--sweep", "learning-rate=1e-4,0.05").ok();
    assertThat(run.out().lines().findFirst().orElseThrow())
        .contains("rank", "learning-rate", "loss", "perplexity", "trained");
    assertThat(run.out().lines()).hasSize(6);
    assertThat(run.out()).containsPattern("best .*learning-rate=0.05/best \\(rank \\d");
    Path alone = folder.resolve("alone");
    train(alone, "--rank", 4, "--learning-rate", 0.05).ok();
    assertThat(out.resolve("rank=4,learning-rate=0.05/adapter_model.safetensors"))
        .hasSameBinaryContentAs(alone.resolve("adapter_model.safetensors"));
    assertThat(begun(out.resolve("rank=4,learning-rate=0.05"))).isEqualTo(begun(out));
    JsonNode runs = Lorax.json(out.resolve("sweep.json")).get("runs");
    assertThat(runs).hasSize(4);
    assertThat(runs.get(0).get("loss").asDouble()).isLessThan(runs.get(3).get("loss").asDouble());
  }

  private static JsonNode begun(Path run) throws IOException {
    return Lorax.json(run.resolve("run.json")).required("settled").required("time");
  }

  @Test
  void oneThatFailsDoesNotStopTheOthers() throws IOException {
    Path out = folder.resolve("sweep");
    Lorax run =
        train(out, "--clip", 0, "--warmup", 1, "--sweep", "learning-rate=1e20,0.01", "--json");
    run.says(1, "1 of 2 runs failed", "--resume " + out);
    assertThat(run.err()).contains("error: ", "Lower the learning rate");
    assertThat(run.json().at("/runs/0/options/learning-rate").asText()).isEqualTo("0.01");
    assertThat(run.json().at("/runs/1/outcome").asText()).isEqualTo("failed");
  }

  @Test
  void goesOnWithWhatIsNotDoneYet() throws IOException {
    Path out = folder.resolve("sweep");
    train(out, "--sweep", "rank=2,4").ok();
    Path done = out.resolve("rank=2/adapter_model.safetensors");
    FileTime before = Files.getLastModifiedTime(done);
    Path other = out.resolve("rank=4");
    byte[] whole = Files.readAllBytes(other.resolve("adapter_model.safetensors"));
    Files.delete(other.resolve("summary.json"));
    Files.delete(other.resolve("adapter_model.safetensors"));
    assertThat(Lorax.run("train", "--resume", out).ok().out().lines()).hasSize(4);
    assertThat(Files.getLastModifiedTime(done)).isEqualTo(before);
    assertThat(other.resolve("adapter_model.safetensors")).hasBinaryContent(whole);
  }

  @Test
  void refusesWhatCannotBeSwept() {
    Path out = folder.resolve("sweep");
    train(out, "--sweep", "rank").failed(2, "--sweep rank: give NAME=V1,V2");
    train(out, "--sweep", "ranks=1,2")
        .failed(2, "that is no option of 'lorax train'; did you mean rank?");
    train(out, "--sweep", "rank=2,x").failed(2, "--sweep {rank=x}", "'x' is not an int");
    train(out, "--sweep", "rank=2,0").failed(2, "rank", "at least 1");
    train(out, "--sweep", "model=a,b").failed(2, "all runs of a sweep share it");
    train(out, "--sweep", "rank=1", "--sweep", "rank=2").failed(2, "'rank' is swept already");
    assertThat(out).doesNotExist();
  }

  @Test
  void checksAllCombinationsAgainstTheModelFirst() {
    Path out = folder.resolve("sweep");
    train(out, "--sweep", "rank=4,4000").failed(2, "--sweep {rank=4000}: ", "4000");
    train(out, "--sweep", "targets=query,nope").failed(2, "--sweep {targets=nope}: ", "'nope'");
    train(out, "--sweep", "window=16,65").failed(2, "--sweep {max-length=65}: ");
    assertThat(out).doesNotExist();
  }

  @Test
  void takesValuesWithCommas() throws IOException {
    Lorax run = train(folder.resolve("sweep"), "--sweep", "targets=query,value;key", "--json").ok();
    assertThat(run.json().findValues("options"))
        .extracting(options -> options.get("targets").asText())
        .containsExactlyInAnyOrder("query,value", "key");
  }

  @Test
  void refusesToRankWhatIsMeasuredOnOtherTokens() {
    Path out = folder.resolve("sweep");
    String reason = "measured on other tokens than";
    train(out, "--sweep", "max-length=8,16").failed(2, "{max-length=16}", reason, "{max-length=8}");
    train(out, "--sweep", "held-out=0.1,0.5").failed(2, "{held-out=0.5}", reason);
    text = samples("samples.jsonl", 30);
    train(out, "--sweep", "seed=1,2").failed(2, "{seed=2}", reason, "give --validation FILE");
    train(out, "--sweep", "learn-prompts=false,true").failed(2, "{learn-prompts=true}", reason);
    assertThat(out).doesNotExist();
  }

  @Test
  void ranksSeedsAndBatchSizesThatAreMeasuredOnTheSame() {
    train(folder.resolve("text"), "--sweep", "seed=1,2", "--sweep", "batch-size=2,3").ok();
    text = samples("samples.jsonl", 30);
    Path validation = samples("validation.jsonl", 5);
    train(folder.resolve("samples"), "--sweep", "seed=1,2", "--validation", validation).ok();
    String files = "data=%s,%s".formatted(text, samples("others.jsonl", 20));
    train(folder.resolve("data"), "--sweep", files, "--validation", validation).ok();
  }

  @Test
  void refusesToRankWhereNothingIsHeldOut() {
    Path out = folder.resolve("sweep");
    train(out, "--held-out", 0, "--sweep", "rank=2,4")
        .failed(2, "nothing is held out: give --held-out, or --validation");
    assertThat(out).doesNotExist();
  }

  private Path samples(String name, int count) {
    return write(
        folder.resolve(name),
        IntStream.range(0, count)
            .mapToObj(
                i -> "{\"prompt\": \"ask %d \", \"completion\": \"tell %d\"}\n".formatted(i, i))
            .collect(Collectors.joining()));
  }

  private static Path write(Path file, String content) {
    try {
      return Files.writeString(file, content);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
