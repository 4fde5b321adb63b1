package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache as huggingface_hub leaves it is used as it is. */
class HubOfflineTest {
  private static final Repo REPO = Repo.parse(FakeHub.ID);

  @TempDir Path cache;
  private final FakeHub hub = new FakeHub();
  private Path snapshot;

  @BeforeEach
  void layOut() throws IOException {
    Path folder = cache.resolve("models--org--tiny");
    snapshot = Files.createDirectories(folder.resolve("snapshots/" + FakeHub.COMMIT));
    Files.createDirectories(folder.resolve("blobs"));
    Files.createDirectories(folder.resolve("refs"));
    Files.createDirectories(folder.resolve(".no_exist/" + FakeHub.COMMIT));
    Files.createFile(folder.resolve(".no_exist/" + FakeHub.COMMIT + "/adapter_config.json"));
    Files.writeString(folder.resolve("refs/main"), FakeHub.COMMIT);
    has("config.json", "{}");
    has("model.safetensors", "weights");
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private void has(String file, String text) throws IOException {
    hub.text(file, text);
    String name =
        file.endsWith(".safetensors")
            ? FakeHub.sha256(hub.files.get(file))
            : FakeHub.gitSha1(hub.files.get(file));
    Files.write(cache.resolve("models--org--tiny/blobs/" + name), hub.files.get(file));
    Files.createSymbolicLink(snapshot.resolve(file), Path.of("../../blobs/" + name));
  }

  private Path offline(Repo repo) {
    HubSettings online = hub.settings(cache);
    return hub.download(
        new HubSettings(online.endpoint(), cache, Optional.empty(), true, true, online.timeout()),
        repo);
  }

  private void failsOffline(Repo repo, String... parts) {
    assertThatThrownBy(() -> offline(repo))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll(parts);
    assertThat(hub.requests).isEmpty();
  }

  @Test
  void offlineNobodyIsAsked() {
    assertThat(offline(REPO)).isEqualTo(snapshot);
    assertThat(offline(new Repo(FakeHub.ID, FakeHub.COMMIT))).isEqualTo(snapshot);
    assertThat(hub.requests).isEmpty();
  }

  @Test
  void offlineNothingIsWritten() throws IOException {
    var before = FakeHub.tree(cache);
    offline(REPO);
    assertThat(FakeHub.tree(cache)).isEqualTo(before);
  }

  @Test
  void onlineNothingThatIsThereIsDownloaded() throws IOException {
    var before = FakeHub.tree(cache);
    assertThat(hub.download(cache)).isEqualTo(snapshot);
    assertThat(hub.requests).hasSize(1);
    assertThat(FakeHub.tree(cache)).isEqualTo(before);
  }

  @Test
  void onlineWhatIsMissingIsAdded() {
    hub.text("tokenizer.json", "[]");
    assertThat(hub.download(cache).resolve("tokenizer.json")).hasContent("[]");
    assertThat(hub.requests("GET hub/org")).hasSize(1);
  }

  @Test
  void aModelThatIsNotThereIsNamedWithTheRemedy() {
    failsOffline(
        Repo.parse("org/other"),
        "HF_HUB_OFFLINE is set, and " + cache + " holds no org/other at revision main",
        "unset it to download that");
  }

  @Test
  void aRevisionThatIsNotThereNamesThoseThatAre() {
    failsOffline(Repo.parse("org/tiny@v2"), "org/tiny at revision v2 (but main)");
  }

  @Test
  void aFileThatIsMissingIsNamed() throws IOException {
    Files.delete(snapshot.resolve("model.safetensors"));
    failsOffline(REPO, snapshot + " lacks model.safetensors");
  }

  @Test
  void aLinkToNothingIsAMissingFile() throws IOException {
    Files.delete(snapshot.resolve("config.json").toRealPath());
    failsOffline(REPO, "lacks config.json");
  }

  @Test
  void aShardThatIsMissingIsNamed() throws IOException {
    Files.delete(snapshot.resolve("model.safetensors"));
    has("a.safetensors", "a");
    has(
        "model.safetensors.index.json",
        "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}");
    failsOffline(REPO, "lacks b.safetensors:");
    has("b.safetensors", "b");
    assertThat(offline(REPO)).isEqualTo(snapshot);
  }

  @Test
  void picklesWillDo() throws IOException {
    Files.delete(snapshot.resolve("model.safetensors"));
    has("pytorch_model.bin.index.json", "{\"weight_map\": {\"x\": \"a.bin\"}}");
    failsOffline(REPO, "lacks a.bin:");
    has("a.bin", "a");
    assertThat(offline(REPO)).isEqualTo(snapshot);
    has("adapter_config.json", "{}");
    has("adapter_model.bin", "a");
    assertThat(offline(REPO)).isEqualTo(snapshot);
  }

  @Test
  void anAdapterNeedsNoModelBesideIt() throws IOException {
    Files.delete(snapshot.resolve("model.safetensors"));
    has("adapter_config.json", "{}");
    failsOffline(REPO, "lacks adapter_model.safetensors");
    has("adapter_model.safetensors", "a");
    assertThat(offline(REPO)).isEqualTo(snapshot);
  }

  @Test
  void withoutANetworkTheCopyInTheCacheIsUsed() {
    hub.close();
    assertThat(hub.download(cache)).isEqualTo(snapshot);
    assertThat(hub.notes)
        .singleElement()
        .asString()
        .contains("cannot be reached", "using the copy in the cache");
  }

  @Test
  void withoutANetworkAnIncompleteCopyIsNoModel() throws IOException {
    Files.delete(snapshot.resolve("model.safetensors"));
    hub.close();
    assertThatThrownBy(() -> hub.download(cache)).hasMessageContaining("cannot be reached");
  }

  @Test
  void aRefMayEndItsLine() throws IOException {
    Files.writeString(cache.resolve("models--org--tiny/refs/main"), FakeHub.COMMIT + "\n");
    assertThat(offline(REPO)).isEqualTo(snapshot);
  }

  @Test
  void aNewCommitMovesTheRef() throws IOException {
    Path old = Files.createDirectories(snapshot.resolveSibling("f".repeat(40)));
    Files.writeString(cache.resolve("models--org--tiny/refs/main"), "f".repeat(40));
    assertThat(hub.download(cache)).isEqualTo(snapshot).isNotEqualTo(old);
    assertThat(cache.resolve("models--org--tiny/refs/main")).hasContent(FakeHub.COMMIT);
    assertThat(FakeHub.tree(cache.resolve("models--org--tiny/refs"))).containsExactly("main");
  }
}
