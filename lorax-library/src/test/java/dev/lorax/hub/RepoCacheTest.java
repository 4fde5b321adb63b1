package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepoCacheTest {
  private static final RemoteFile FILE = new RemoteFile(FakeHub.COMMIT, "config.json", "etag", 2);

  @TempDir Path folder;

  static RepoCache cache(Path cache) {
    return new RepoCache(
        new HubSettings(
            HubSettings.HUGGING_FACE, cache, Optional.empty(), true, true, Duration.ofSeconds(1)),
        Repo.parse(FakeHub.ID));
  }

  @Test
  void aFileSystemWithoutAnyLinksGetsACopy() throws IOException {
    Path zip = folder.resolve("cache.zip");
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      RepoCache cache = cache(files.getPath("/cache"));
      Files.createDirectories(cache.blob("etag").getParent());
      Files.writeString(cache.blob("etag"), "{}");
      cache.point(FILE);
      assertThat(Files.readString(cache.snapshot(FakeHub.COMMIT).resolve("config.json")))
          .isEqualTo("{}");
      assertThat(cache.blob("etag")).exists();
      assertThat(cache.partial("etag")).doesNotExist();
    }
  }

  @Test
  void aRefThatCannotBeWrittenDoesNotSpoilWhatIsThere() throws IOException {
    try (FakeHub hub = new FakeHub().withModel()) {
      Path snapshot = hub.download(folder);
      Path ref = folder.resolve("models--org--tiny/refs/main");
      Files.delete(ref);
      Files.createDirectories(ref.resolve("in the way"));
      assertThat(hub.download(folder)).isEqualTo(snapshot);
      assertThat(hub.notes).singleElement().asString().contains("cannot be written");
    }
  }
}
