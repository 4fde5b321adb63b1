package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads at once: each content comes once, and nobody sees half a file. */
class CacheLockTest {
  @TempDir Path cache;

  @Test
  void fourThreadsDownloadAFileOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (FakeHub hub = new FakeHub().withModel()) {
      byte[] content = hub.files.get("model.safetensors");
      hub.trouble(
          "GET cdn",
          1,
          e -> {
            FakeHub.part(e, 200, content, 50_000);
            pause(50);
            e.getResponseBody().write(content, 50_000, 50_000);
          });
      List<Future<Path>> downloads =
          IntStream.range(0, 4).mapToObj(i -> threads.submit(() -> hub.download(cache))).toList();
      for (Future<Path> download : downloads) {
        assertThat(download.get(10, TimeUnit.SECONDS).resolve("model.safetensors"))
            .hasBinaryContent(content);
      }
      assertThat(hub.requests("GET cdn")).hasSize(1);
      assertThat(hub.requests("GET hub/org")).hasSize(3);
      assertThat(hub.notes).anyMatch(note -> note.endsWith("another download has it, waiting"));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anotherProcessIsWaitedFor() throws Exception {
    Path file = cache.resolve("locks/etag.lock");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(other.getInputStream().read()).isEqualTo('h');
      try (CacheLock lock = CacheLock.take(file, () -> release(other))) {
        assertThat(other.waitFor(5, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      other.destroyForcibly();
    }
  }

  /** Lets the holder go, which happens only if somebody waits for it. */
  private static void release(Process holder) {
    try {
      holder.getOutputStream().close();
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has the lock until its input ends. */
  static final class Holder {
    public static void main(String[] args) throws IOException {
      try (CacheLock lock = CacheLock.take(Path.of(args[0]), () -> {})) {
        System.out.print('h');
        System.out.flush();
        System.in.read();
      }
    }
  }
}
