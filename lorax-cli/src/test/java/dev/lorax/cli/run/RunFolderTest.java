package dev.lorax.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path temporary;

  private Path out() {
    return temporary.resolve("out");
  }

  private static Recipe recipe(String rank) {
    return new Recipe(Map.of("rank", List.of(rank), "sample", List.of("x")));
  }

  @Test
  void readsAFileOnceForAsLongAsItDoesNotChange() throws IOException {
    Path data = Files.writeString(temporary.resolve("a.jsonl"), "one");
    FileTime time = Files.getLastModifiedTime(data);
    FileDigests digests = new FileDigests();
    String one = digests.whole(data);
    Files.setLastModifiedTime(Files.writeString(data, "two"), time); // as nobody's editor does
    assertThat(digests.whole(data)).isEqualTo(one);
    Files.setLastModifiedTime(data, FileTime.fromMillis(time.toMillis() + 1000));
    assertThat(digests.whole(data)).isNotEqualTo(one);
  }

  private static RunState state(long step, String rank, String hash) {
    Fingerprint files = new Fingerprint(Map.of("config.json", "ab"), Map.of("1 a.jsonl", hash));
    return new RunState(
        step, new RunState.Settled(2, 0.25, "2024-12-31T23:59:59"), recipe(rank), files);
  }

  private static void save(RunFolder folder, long step) {
    folder.save(
        state(step, "8", "cd"), 2, place -> AtomicFile.write(place.resolve("a"), "" + step));
  }

  @Test
  void keepsTheLastCheckpointsAndFindsTheNewest() {
    try (RunFolder folder = RunFolder.create(out())) {
      assertThat(folder.newest()).isEmpty();
      for (long step : List.of(9, 10, 100)) {
        save(folder, step);
      }
      assertThat(out().resolve("checkpoints")).isDirectoryNotContaining("glob:**step-00000009");
      assertThat(out().resolve("checkpoints")).isDirectoryContaining("glob:**step-00000010");
      Path newest = folder.newest().orElseThrow();
      assertThat(newest.resolve("a")).hasContent("100");
      assertThat(RunState.ofCheckpoint(newest)).isEqualTo(state(100, "8", "cd"));
    }
  }

  @Test
  void whatCouldNotBeWrittenWholeIsNotThere() throws IOException {
    try (RunFolder folder = RunFolder.create(out())) {
      save(folder, 1);
      assertThatThrownBy(
              () ->
                  folder.save(
                      state(2, "8", "cd"),
                      1,
                      place -> {
                        AtomicFile.write(place.resolve("a"), "half");
                        throw new CheckpointException(place, "the disk is full");
                      }))
          .hasMessageContaining("the disk is full");
      assertThat(folder.newest().orElseThrow().resolve("a")).hasContent("1");
    }
  }

  @Test
  void whatAKilledProcessLeftHalfDoneGoes() throws IOException {
    try (RunFolder folder = RunFolder.create(out())) {
      save(folder, 1);
      folder.begin(state(0, "8", "cd"));
      Path half = Files.createDirectories(out().resolve("checkpoints/.step-00000002.x1.tmp"));
      Files.writeString(half.resolve("a"), "half");
      Files.writeString(out().resolve(".recipe.yaml.q2.tmp"), "half");
    }
    try (RunFolder folder = RunFolder.reopen(out())) {
      folder.tidy();
      assertThat(folder.newest()).isPresent();
    }
    assertThat(out()).isDirectoryNotContaining("glob:**.tmp");
    assertThat(out().resolve("checkpoints")).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void aRunThatWasBegunIsNotBegunAsAnother() {
    try (RunFolder folder = RunFolder.create(out())) {
      assertThat(folder.begin(state(0, "8", "cd"))).isTrue();
      assertThat(folder.begin(state(0, "8", "cd"))).isFalse();
      assertThatThrownBy(() -> folder.begin(state(0, "8", "ef")))
          .hasMessageContaining("the data file '1 a.jsonl' has changed");
    }
  }

  @Test
  void remembersWhatTheMachineDecidedBeforeTheFirstCheckpoint() throws IOException {
    try (RunFolder folder = RunFolder.create(out())) {
      assertThat(folder.begun()).isEmpty();
      folder.begin(state(0, "8", "cd"));
      assertThat(folder.newest()).isEmpty();
      assertThat(folder.begun().orElseThrow().settled()).isEqualTo(state(0, "8", "cd").settled());
      Files.writeString(out().resolve("run.json"), "{");
      assertThatThrownBy(folder::begun)
          .hasMessageContaining("run.json is damaged: put back that of a checkpoint");
    }
  }

  @Test
  void aKillBetweenTwoRenamesDoesNotLoseTheBest() throws IOException {
    try (RunFolder folder = RunFolder.create(out())) {
      folder.begin(state(0, "8", "cd"));
      Path hidden = Files.createDirectories(out().resolve(".best.x.tmp"));
      Files.writeString(hidden.resolve("adapter_model.safetensors"), "best");
      folder.tidy();
      assertThat(folder.best().resolve("adapter_model.safetensors")).hasContent("best");
    }
  }

  @Test
  void oneProcessAtATimeWorksInIt() {
    try (RunFolder folder = RunFolder.create(out())) {
      folder.begin(state(0, "8", "cd"));
      assertThatThrownBy(() -> RunFolder.reopen(out()))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("by another process");
    }
    RunFolder.reopen(out()).close();
  }

  @Test
  void aFolderWithoutARecipeIsNoRun() throws IOException {
    Files.createDirectories(out());
    assertThatThrownBy(() -> RunFolder.reopen(out())).hasMessageContaining("it has no recipe.yaml");
  }

  @Test
  void aFolderMadeForNothingGoes() {
    try (RunFolder folder = RunFolder.create(out())) {
      folder.begin(state(0, "8", "cd"));
      folder.discard();
    }
    assertThat(out()).doesNotExist();
  }

  @Test
  void anotherRecipeOrOtherDataAreNamed() {
    RunState saved = state(5, "8", "cd");
    saved.requireSame(state(0, "8", "cd"));
    assertThatThrownBy(() -> saved.requireSame(state(0, "16", "ef")))
        .isInstanceOf(Failure.class)
        .hasMessageContainingAll("'rank' was 8 and is 16", "the data file '1 a.jsonl' has changed");
    Recipe other = new Recipe(Map.of("rank", List.of("8"), "sample", List.of("y")));
    saved.requireSame(new RunState(0, saved.settled(), other, saved.files()));
  }

  @Test
  void aFingerprintSeesEveryChangedByteOfDataAndSampledOnesOfLargeWeights() throws IOException {
    Path model = Files.createDirectory(temporary.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    Files.write(model.resolve("model.safetensors"), new byte[1000]);
    Path template = Files.createDirectory(model.resolve("additional_chat_templates"));
    Files.writeString(template.resolve("tool_use.jinja"), "{{ a }}");
    Files.writeString(Files.createDirectory(model.resolve("other")).resolve("config.json"), "{}");
    Path data = Files.write(temporary.resolve("a.jsonl"), new byte[200_001]);
    FileDigests digests = new FileDigests();
    Fingerprint before = Fingerprint.of(model, List.of(data), digests);
    assertThat(Fingerprint.of(model, List.of(data), digests)).isEqualTo(before);
    byte[] changed = new byte[200_001];
    changed[200_000] = 1;
    Files.write(data, changed);
    Files.write(model.resolve("model.safetensors"), new byte[1001]);
    Files.writeString(template.resolve("tool_use.jinja"), "{{ b }}");
    Files.writeString(model.resolve("other/config.json"), "{1}");
    assertThat(Fingerprint.of(model, List.of(data), digests).differences(before))
        .containsExactly(
            "the model's file 'additional_chat_templates/tool_use.jinja' has changed",
            "the model's file 'model.safetensors' has changed",
            "the data file '1 a.jsonl' has changed");
  }
}
