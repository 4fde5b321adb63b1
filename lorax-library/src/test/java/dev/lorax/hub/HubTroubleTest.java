package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks break and servers err: a file is whole and right, or it is not there. */
class HubTroubleTest {
  private static final String WEIGHTS = "GET cdn/model.safetensors";

  @TempDir Path cache;
  private final FakeHub hub = new FakeHub().withModel();
  private final byte[] content = hub.files.get("model.safetensors");

  @AfterEach
  void stop() {
    hub.close();
  }

  private Path partial() {
    return new RepoCache(hub.settings(cache), Repo.parse(FakeHub.ID))
        .partial(FakeHub.sha256(content));
  }

  private void isWhole() {
    assertThat(hub.download(cache).resolve("model.safetensors")).hasBinaryContent(content);
    assertThat(partial()).doesNotExist();
  }

  private void fails(String... parts) {
    assertThatThrownBy(() -> hub.download(cache))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll(parts);
    Path snapshot = cache.resolve("models--org--tiny/snapshots/" + FakeHub.COMMIT);
    assertThat(snapshot.resolve("config.json")).exists();
    assertThat(snapshot.resolve("model.safetensors")).doesNotExist();
    assertThat(cache.resolve("models--org--tiny/blobs/" + FakeHub.sha256(content))).doesNotExist();
    assertThat(cache.resolve("models--org--tiny/refs/main")).doesNotExist();
  }

  @Test
  void aCutConnectionIsResumedWhereItBroke() {
    hub.trouble(WEIGHTS, 1, e -> FakeHub.part(e, 200, content, 40_000));
    isWhole();
    assertThat(hub.requests(WEIGHTS))
        .containsExactly(WEIGHTS + "?signed=yes", WEIGHTS + "?signed=yes bytes=40000-");
    assertThat(hub.notes).anyMatch(note -> note.startsWith("model.safetensors: "));
  }

  @Test
  void aServerThatCannotResumeIsReadFromTheStart() {
    hub.trouble(WEIGHTS, 1, e -> FakeHub.part(e, 200, content, 40_000));
    hub.trouble(WEIGHTS, 1, e -> FakeHub.part(e, 200, content, -1));
    isWhole();
  }

  @Test
  void aServerThatAlwaysStartsAnewAndBreaksIsGivenUp() {
    hub.trouble(WEIGHTS, 99, e -> FakeHub.part(e, 200, content, 40_000));
    fails("model.safetensors could not be downloaded", "try again; what came is kept");
    assertThat(hub.requests(WEIGHTS)).hasSize(6);
    assertThat(hub.pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 8L);
  }

  @Test
  void aServerThatAnswersWithAnotherRangeIsReadFromTheStart() {
    hub.trouble(WEIGHTS, 1, e -> FakeHub.part(e, 200, content, 40_000));
    hub.trouble(
        WEIGHTS,
        1,
        e -> {
          e.getResponseHeaders().set("Content-Range", "bytes 50000-99999/100000");
          FakeHub.part(e, 206, Arrays.copyOfRange(content, 50_000, 100_000), -1);
        });
    isWhole();
    assertThat(hub.requests(WEIGHTS)).hasSize(3).last().isEqualTo(WEIGHTS + "?signed=yes");
  }

  @Test
  void aRangeThatIsRefusedIsReadFromTheStart() {
    hub.trouble(WEIGHTS, 1, e -> FakeHub.part(e, 200, content, 40_000));
    hub.trouble(WEIGHTS, 1, e -> e.sendResponseHeaders(416, -1));
    isWhole();
    assertThat(hub.requests(WEIGHTS)).hasSize(3).last().isEqualTo(WEIGHTS + "?signed=yes");
  }

  @Test
  void anEarlierAttemptIsGoneOnWith() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), Arrays.copyOf(content, 70_000));
    isWhole();
    assertThat(hub.requests(WEIGHTS)).containsExactly(WEIGHTS + "?signed=yes bytes=70000-");
  }

  @Test
  void anEarlierAttemptThatWasBadIsForgotten() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[70_000]);
    isWhole();
    assertThat(hub.requests(WEIGHTS))
        .containsExactly(WEIGHTS + "?signed=yes bytes=70000-", WEIGHTS + "?signed=yes");
  }

  @Test
  void anEarlierAttemptThatIsTooLongIsForgotten() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[100_001]);
    isWhole();
  }

  @Test
  void anEarlierAttemptThatIsWholeNeedsNoRequest() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), content);
    isWhole();
    assertThat(hub.requests(WEIGHTS)).isEmpty();
  }

  @Test
  void wrongContentIsRemoved() {
    byte[] wrong = content.clone();
    wrong[50_000]++;
    hub.trouble(WEIGHTS, 99, e -> FakeHub.part(e, 200, wrong, -1));
    fails("model.safetensors came damaged (its sha256 is " + FakeHub.sha256(wrong), "removed");
    assertThat(partial()).doesNotExist();
  }

  @Test
  void wrongContentOfASmallFileIsFoundByGitsSha1() {
    hub.trouble(
        "GET hub/org/tiny/resolve/" + FakeHub.COMMIT + "/tokenizer",
        99,
        e -> FakeHub.send(e, 200, "[]"));
    fails("tokenizer.json came damaged (its git's sha1 is");
  }

  @Test
  void anAnswerThatIsShorterThanAnnouncedIsNotWhole() {
    hub.trouble(WEIGHTS, 99, e -> FakeHub.part(e, 200, Arrays.copyOf(content, 60_000), -1));
    fails("the connection ended after 60000 of 100000 bytes");
  }

  @Test
  void anAnswerThatIsLongerThanAnnouncedIsRemoved() {
    hub.trouble(WEIGHTS, 99, e -> FakeHub.part(e, 200, Arrays.copyOf(content, 500_000), -1));
    fails("model.safetensors came damaged (", "bytes came where 100000 were announced)");
    assertThat(partial()).doesNotExist();
  }

  @Test
  void aSizeThatIsNotToldIsTheSizeThatComes() {
    hub.trouble(
        "HEAD hub/org/tiny/resolve/" + FakeHub.COMMIT + "/model",
        1,
        e -> {
          e.getResponseHeaders().set("X-Linked-Etag", '"' + FakeHub.sha256(content) + '"');
          FakeHub.redirect(e, "http://cdn.invalid/x");
        });
    hub.trouble(WEIGHTS, 1, e -> FakeHub.part(e, 200, content, 40_000));
    isWhole();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void aServerThatIsBusyIsAskedAgain(int status) {
    hub.trouble("GET hub/api", 2, e -> e.sendResponseHeaders(status, -1));
    hub.trouble("HEAD hub", 1, e -> e.sendResponseHeaders(status, -1));
    hub.trouble(WEIGHTS, 1, e -> e.sendResponseHeaders(status, -1));
    isWhole();
    assertThat(hub.pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 1L, 1L);
  }

  @Test
  void aServerThatStaysBusyIsGivenUp() {
    hub.trouble("GET hub/api", 99, e -> e.sendResponseHeaders(503, -1));
    assertThatThrownBy(() -> hub.download(cache)).hasMessageContaining("answers HTTP 503");
    assertThat(hub.pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 8L);
  }

  @Test
  void aServerThatNamesATimeIsAskedThen() {
    hub.trouble(
        "GET hub/api",
        1,
        e -> {
          e.getResponseHeaders().set("Retry-After", "37");
          e.sendResponseHeaders(429, -1);
        });
    isWhole();
    assertThat(hub.pauses).containsExactly(Duration.ofSeconds(37));
    assertThat(hub.notes).anyMatch(note -> note.contains("HTTP 429; trying again in 37 s"));
  }

  @Test
  void aServerThatNamesATimeFarAwayIsNotWaitedFor() {
    hub.trouble(
        "GET hub/api",
        1,
        e -> {
          e.getResponseHeaders().set("Retry-After", "86400");
          e.sendResponseHeaders(429, -1);
        });
    assertThatThrownBy(() -> hub.download(cache)).hasMessageContaining("HTTP 429");
    assertThat(hub.pauses).isEmpty();
  }

  @Test
  void anAddressThatHasExpiredIsAskedForAnew() {
    hub.trouble(WEIGHTS, 1, e -> FakeHub.refuse(e, 403, "", "expired"));
    isWhole();
  }

  @Test
  void aConnectionThatStallsIsDroppedAndResumed() {
    hub.trouble(
        WEIGHTS,
        1,
        e -> {
          FakeHub.part(e, 200, content, 40_000);
          sleep(2_000);
        });
    HubSettings plain = hub.settings(cache);
    HubSettings hasty =
        new HubSettings(
            plain.endpoint(), cache, Optional.empty(), false, true, Duration.ofMillis(200));
    long start = System.nanoTime();
    Path snapshot = hub.download(hasty, Repo.parse(FakeHub.ID));
    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(content);
    assertThat(System.nanoTime() - start).isLessThan(1_900_000_000L);
    assertThat(hub.requests(WEIGHTS)).hasSize(2).last().asString().endsWith("bytes=40000-");
  }

  @Test
  void anAnswerThatDoesNotComeIsNotWaitedForForEver() {
    hub.trouble("GET hub/api", 99, e -> sleep(1_000));
    HubSettings plain = hub.settings(cache);
    HubSettings hasty =
        new HubSettings(
            plain.endpoint(), cache, Optional.empty(), false, true, Duration.ofMillis(50));
    assertThatThrownBy(() -> hub.download(hasty, Repo.parse(FakeHub.ID)))
        .hasMessageContaining("cannot be reached")
        .hasMessageContaining("timed out");
  }

  @Test
  void aThreadThatIsInterruptedEndsWithWhatItHas() throws Exception {
    hub.trouble(
        WEIGHTS,
        1,
        e -> {
          FakeHub.part(e, 200, content, 40_000);
          sleep(2_000);
        });
    Throwable[] thrown = new Throwable[1];
    Thread thread =
        new Thread(
            () -> {
              try {
                hub.download(cache);
              } catch (HubException stop) {
                thrown[0] = stop;
              }
            });
    thread.start();
    while (hub.requests(WEIGHTS).isEmpty()) {
      sleep(5);
    }
    sleep(50);
    thread.interrupt();
    thread.join(1_500);
    assertThat(thrown[0]).isNotNull().hasMessageContaining("interrupted");
    assertThat(partial()).exists();
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
