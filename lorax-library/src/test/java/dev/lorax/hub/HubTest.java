package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a download leaves in the cache, and what it asks for. */
class HubTest {
  @TempDir Path cache;
  private final FakeHub hub = new FakeHub().withModel();

  @AfterEach
  void stop() {
    hub.close();
  }

  private String gitSha1(String file) {
    return FakeHub.gitSha1(hub.files.get(file));
  }

  private String sha256(String file) {
    return FakeHub.sha256(hub.files.get(file));
  }

  private HubSettings withToken(HubSettings plain) {
    return new HubSettings(
        plain.endpoint(), cache, Optional.of("hf_secret"), false, true, plain.timeout());
  }

  @Test
  void theCacheIsLaidOutAsPythonsLibraryDoesIt() throws IOException {
    hub.text("additional_chat_templates/tools.jinja", "{{ tools }}");
    Path snapshot = hub.download(cache);
    assertThat(snapshot).isEqualTo(cache.resolve("models--org--tiny/snapshots/" + FakeHub.COMMIT));
    String config = gitSha1("config.json");
    String tokenizer = gitSha1("tokenizer.json");
    String template = gitSha1("additional_chat_templates/tools.jinja");
    String weights = sha256("model.safetensors");
    String own = "snapshots/" + FakeHub.COMMIT;
    assertThat(FakeHub.tree(cache.resolve("models--org--tiny")))
        .containsExactlyInAnyOrder(
            "refs/main",
            "blobs/" + config,
            "blobs/" + tokenizer,
            "blobs/" + template,
            "blobs/" + weights,
            own + "/config.json -> ../../blobs/" + config,
            own + "/tokenizer.json -> ../../blobs/" + tokenizer,
            own + "/additional_chat_templates/tools.jinja -> ../../../blobs/" + template,
            own + "/model.safetensors -> ../../blobs/" + weights);
    assertThat(cache.resolve("models--org--tiny/refs/main")).hasContent(FakeHub.COMMIT);
    assertThat(FakeHub.tree(cache.resolve(".locks/models--org--tiny")))
        .containsExactlyInAnyOrder(
            config + ".lock", tokenizer + ".lock", template + ".lock", weights + ".lock");
    assertThat(snapshot.resolve("model.safetensors"))
        .hasBinaryContent(hub.files.get("model.safetensors"));
  }

  /** The files of a snapshot in a cache of its own. */
  private List<String> downloaded() throws IOException {
    Path own = Files.createTempDirectory(cache, "own");
    try (Stream<Path> files = Files.list(hub.download(own))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void picklesAreDownloadedWhereThereIsNothingBetter() throws IOException {
    hub.text("pytorch_model.bin", "one pickle");
    assertThat(downloaded()).containsExactly("config.json", "model.safetensors", "tokenizer.json");
    hub.files.remove("model.safetensors");
    assertThat(downloaded()).containsExactly("config.json", "pytorch_model.bin", "tokenizer.json");
  }

  @Test
  void shardsOfPicklesComeWithTheirIndex() throws IOException {
    hub.files.remove("model.safetensors");
    hub.text("a-1.bin", "first");
    hub.text("a-2.bin", "second");
    String index = "{\"weight_map\": {\"x\": \"a-1.bin\", \"y\": \"a-2.bin\"}}";
    hub.text("pytorch_model.bin.index.json", index);
    assertThat(downloaded())
        .containsExactly(
            "a-1.bin", "a-2.bin", "config.json", "pytorch_model.bin.index.json", "tokenizer.json");
  }

  @Test
  void adaptersComeInAnyFormatThatIsRead() throws IOException {
    hub.files.clear();
    hub.text("adapter_config.json", "{}");
    hub.text("adapter_model.bin", "a pickle");
    assertThat(downloaded()).containsExactly("adapter_config.json", "adapter_model.bin");
    hub.text("adapters.safetensors", "mlx-lm's");
    hub.text("0000100_adapters.safetensors", "mlx-lm's, on the way");
    assertThat(downloaded()).containsExactly("adapter_config.json", "adapters.safetensors");
  }

  @Test
  void whatTheCacheHasIsNotDownloadedAgain() {
    Path first = hub.download(cache);
    hub.requests.clear();
    assertThat(hub.download(cache)).isEqualTo(first);
    assertThat(hub.requests).containsExactly("GET hub/api/models/org/tiny/revision/main");
  }

  @Test
  void aBlobOfAnotherCommitIsUsedAgain() throws IOException {
    hub.download(cache);
    Path old = cache.resolve("models--org--tiny/snapshots").resolve("f".repeat(40));
    Files.move(cache.resolve("models--org--tiny/snapshots/" + FakeHub.COMMIT), old);
    hub.requests.clear();
    assertThat(hub.download(cache).resolve("model.safetensors")).exists();
    assertThat(hub.requests("GET cdn")).isEmpty();
    assertThat(hub.requests("HEAD hub")).hasSize(3);
  }

  @Test
  void theTokenGoesToTheHubAndNowhereElse() {
    hub.download(withToken(hub.settings(cache)), Repo.parse(FakeHub.ID));
    assertThat(hub.requests("GET cdn")).containsExactly("GET cdn/model.safetensors?signed=yes");
    assertThat(hub.requests("GET hub")).allMatch(line -> line.endsWith(" Bearer hf_secret"));
    assertThat(hub.requests("HEAD hub")).allMatch(line -> line.endsWith(" Bearer hf_secret"));
    assertThat(hub.requests("HEAD cdn")).isEmpty();
  }

  /** The same server by another name: nobody who configured one of them meant the other. */
  @Test
  void aRedirectToAnotherOriginIsFollowedWithoutTheToken() {
    HubSettings settings = withToken(hub.settings(cache));
    String elsewhere = settings.endpoint().toString().replace("127.0.0.1", "localhost");
    for (String request : List.of("GET hub/api", "GET hub/org")) {
      hub.trouble(request, 1, e -> FakeHub.redirect(e, elsewhere + e.getRequestURI()));
    }
    hub.download(settings, Repo.parse(FakeHub.ID));
    assertThat(hub.requests("GET hub/api"))
        .containsExactly(
            "GET hub/api/models/org/tiny/revision/main Bearer hf_secret",
            "GET hub/api/models/org/tiny/revision/main");
    assertThat(hub.requests("GET hub/org").get(0)).endsWith(" Bearer hf_secret");
    assertThat(hub.requests("GET hub/org").get(1)).doesNotContain("Bearer");
  }

  @Test
  void aRenamedRepositoryIsFollowedWithTheToken() {
    String path = "/api/models/old/name/revision/main";
    hub.trouble(
        "GET hub" + path, 1, e -> FakeHub.redirect(e, path.replace("old/name", FakeHub.ID)));
    for (String method : List.of("HEAD", "GET")) {
      hub.trouble(
          method + " hub/old/name/",
          99,
          e -> FakeHub.redirect(e, e.getRequestURI().getPath().replace("old/name", FakeHub.ID)));
    }
    Path snapshot = hub.download(withToken(hub.settings(cache)), Repo.parse("old/name"));
    assertThat(snapshot.resolve("model.safetensors")).exists();
    assertThat(snapshot.toString()).contains("models--old--name");
    assertThat(hub.requests("HEAD hub/org/tiny/"))
        .hasSize(3)
        .allMatch(line -> line.endsWith(" Bearer hf_secret"));
  }

  @Test
  void aRedirectInCirclesEnds() {
    hub.trouble("GET hub/api", 999, e -> FakeHub.redirect(e, e.getRequestURI().getPath()));
    assertThatThrownBy(() -> hub.download(cache)).hasMessageContaining("redirects in circles");
  }

  @Test
  void aRedirectToWhatIsNoAddressIsToldAsSuch() {
    hub.trouble("GET hub/api", 999, e -> FakeHub.redirect(e, "file:///etc/passwd"));
    assertThatThrownBy(() -> hub.download(cache))
        .hasMessageContaining("redirects to 'file:///etc/passwd', which is no address");
  }

  @Test
  void aRevisionBecomesOnePartOfTheAddressAndAFolderOfRefs() {
    Repo repo = new Repo(FakeHub.ID, "refs/pr/1");
    hub.download(hub.settings(cache), repo);
    assertThat(hub.requests.get(0)).isEqualTo("GET hub/api/models/org/tiny/revision/refs%2Fpr%2F1");
    assertThat(cache.resolve("models--org--tiny/refs/refs/pr/1")).hasContent(FakeHub.COMMIT);
  }

  @Test
  void aCommitNeedsNoRef() {
    hub.download(hub.settings(cache), new Repo(FakeHub.ID, FakeHub.COMMIT));
    assertThat(cache.resolve("models--org--tiny/refs")).doesNotExist();
  }

  @Test
  void onlyTheShardsOfTheIndexAreDownloaded() throws IOException {
    byte[] weights = hub.files.remove("model.safetensors");
    hub.files.put("model-00001-of-00002.safetensors", weights);
    hub.files.put("model-00002-of-00002.safetensors", FakeHub.bytes(10));
    hub.files.put("consolidated.safetensors", FakeHub.bytes(20));
    hub.text(
        "model.safetensors.index.json",
        """
        {"weight_map": {"a": "model-00002-of-00002.safetensors",
                        "b": "model-00001-of-00002.safetensors",
                        "c": "model-00001-of-00002.safetensors"}}""");
    assertThat(FakeHub.tree(hub.download(cache)))
        .extracting(line -> line.replaceFirst(" ->.*", ""))
        .containsExactly(
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "tokenizer.json");
  }

  @Test
  void anAdapterIsDownloadedToo() throws IOException {
    hub.files.clear();
    hub.text("adapter_config.json", "{}");
    hub.files.put("adapter_model.safetensors", FakeHub.bytes(300));
    assertThat(FakeHub.tree(hub.download(cache))).hasSize(2);
  }

  @Test
  void anEmptyFileIsWholeAtOnce() {
    hub.text("chat_template.jinja", "");
    assertThat(hub.download(cache).resolve("chat_template.jinja")).isEmptyFile();
  }

  @Test
  void withoutLinksTheSnapshotHasTheFilesThemselves() throws IOException {
    HubSettings plain = hub.settings(cache);
    Path snapshot =
        hub.download(
            new HubSettings(
                plain.endpoint(), cache, Optional.empty(), false, false, plain.timeout()),
            Repo.parse(FakeHub.ID));
    assertThat(FakeHub.tree(snapshot))
        .containsExactly("config.json", "model.safetensors", "tokenizer.json");
    assertThat(snapshot.resolve("model.safetensors"))
        .hasBinaryContent(hub.files.get("model.safetensors"));
  }

  @Test
  void aLinkToABlobThatIsGoneIsMadeGood() throws IOException {
    Path snapshot = hub.download(cache);
    Files.delete(cache.resolve("models--org--tiny/blobs/" + sha256("model.safetensors")));
    assertThat(hub.download(cache)).isEqualTo(snapshot);
    assertThat(snapshot.resolve("model.safetensors")).exists();
  }

  @Test
  void theListenerSeesEveryFileGrowToItsSize() {
    List<String> seen = new ArrayList<>();
    new Hub(hub.settings(cache))
        .download(
            Repo.parse(FakeHub.ID), (file, bytes, of) -> seen.add(file + " " + bytes + "/" + of));
    assertThat(seen).contains("config.json 22/22", "model.safetensors 100000/100000");
  }

  @Test
  void anAddressWithoutAHubIsToldAsSuch() {
    hub.trouble("GET hub/api", 1, e -> FakeHub.send(e, 200, "<html>Please log in</html>"));
    assertThatThrownBy(() -> hub.download(cache))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("does not answer as a hub does: check HF_ENDPOINT");
  }

  @Test
  void aHubThatIsNotThereIsToldAtOnce() {
    HubSettings plain = hub.settings(cache);
    hub.close();
    assertThatThrownBy(() -> hub.download(plain, Repo.parse(FakeHub.ID)))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("cannot be reached")
        .hasMessageContaining("HF_HUB_OFFLINE=1")
        .hasMessageContaining(cache.toString());
    assertThat(hub.pauses).isEmpty();
  }

  @Test
  void tooLittleRoomIsToldBeforeADownload() {
    hub.trouble(
        "HEAD hub/org/tiny/resolve/" + FakeHub.COMMIT + "/model",
        1,
        e -> {
          e.getResponseHeaders().set("X-Linked-Etag", "\"" + "a".repeat(64) + "\"");
          e.getResponseHeaders().set("X-Linked-Size", "900000000000000000");
          e.sendResponseHeaders(200, -1);
        });
    assertThatThrownBy(() -> hub.download(cache))
        .hasMessageMatching(".* has \\d+ MB free, but 900000000000 MB are needed: make room.*");
    assertThat(hub.requests("GET cdn")).isEmpty();
  }

  @Test
  void aCacheThatCannotBeWrittenIsToldWithTheRemedy() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "");
    assertThatThrownBy(() -> hub.download(file))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(file + " cannot be written")
        .hasMessageContaining("HF_HUB_CACHE");
  }

  @Test
  void anEtagThatIsNoFileNameIsRefused() {
    hub.trouble(
        "HEAD hub",
        1,
        e -> {
          e.getResponseHeaders().set("ETag", "\"../../../evil\"");
          e.sendResponseHeaders(200, -1);
        });
    assertThatThrownBy(() -> hub.download(cache)).hasMessageContaining("no usable ETag");
  }

  @Test
  void aFileOfAnotherCommitIsRefused() {
    hub.trouble(
        "HEAD hub",
        1,
        e -> {
          e.getResponseHeaders().set("X-Repo-Commit", "f".repeat(40));
          e.sendResponseHeaders(200, -1);
        });
    assertThatThrownBy(() -> hub.download(cache)).hasMessageContaining("of another commit");
  }
}
