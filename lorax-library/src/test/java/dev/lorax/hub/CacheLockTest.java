package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
    Process other = holder(file);
    try {
      try (CacheLock lock = CacheLock.take(file, () -> release(other))) {
        assertThat(other.waitFor(5, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aFolderHasOneLockByWhateverName() throws Exception {
    Path real = Files.createDirectory(cache.resolve("real"));
    Path alias = Files.createSymbolicLink(cache.resolve("alias"), real);
    ExecutorService other = Executors.newSingleThreadExecutor();
    CountDownLatch waiting = new CountDownLatch(1);
    try {
      Future<?> second;
      try (CacheLock first = CacheLock.take(real.resolve("a/etag.lock"), () -> {})) {
        second = other.submit(() -> takeOnce(alias.resolve("a/etag.lock"), waiting::countDown));
        assertThat(waiting.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(second).isNotDone();
      }
      second.get(5, TimeUnit.SECONDS);
    } finally {
      other.shutdownNow();
    }
  }

  private static Void takeOnce(Path file, Runnable waiting) throws IOException {
    CacheLock.take(file, waiting).close();
    return null;
  }

  @Test
  void aThreadThatWaitsForAnotherCanBeInterrupted() throws Exception {
    Path file = cache.resolve("etag.lock");
    try (CacheLock first = CacheLock.take(file, () -> {})) {
      interruptedWait(file);
    }
  }

  @Test
  void aThreadThatWaitsForAnotherProcessCanBeInterrupted() throws Exception {
    Path file = cache.resolve("etag.lock");
    Process other = holder(file);
    try {
      interruptedWait(file);
    } finally {
      other.destroyForcibly().waitFor();
    }
    takeOnce(file, () -> {}); // nothing of the attempt is left
  }

  /** Waits for what is held, as a download does. */
  private void interruptedWait(Path file) throws Exception {
    RepoCache repo = RepoCacheTest.cache(cache);
    FutureTask<Boolean> wait =
        new FutureTask<>(
            () -> {
              assertThatThrownBy(
                      () -> repo.writing(() -> takeOnce(file, Thread.currentThread()::interrupt)))
                  .isInstanceOf(HubException.class)
                  .hasMessage("the download was interrupted; the next one goes on from there");
              return Thread.currentThread().isInterrupted();
            });
    Thread thread = new Thread(wait);
    thread.start();
    try {
      assertThat(wait.get(5, TimeUnit.SECONDS)).as("still interrupted").isTrue();
    } finally {
      thread.interrupt();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which does not tell how many files are open
  void aLockThatCannotBeHadLeavesNoFileOpen() throws Exception {
    Path file = cache.resolve("etag.lock");
    UnixOperatingSystemMXBean system =
        (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Process other = holder(file);
    try {
      long before = system.getOpenFileDescriptorCount();
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(() -> CacheLock.take(file, CacheLockTest::giveUp))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThat(system.getOpenFileDescriptorCount()).isLessThan(before + 50);
    } finally {
      other.destroyForcibly();
    }
  }

  private static void giveUp() {
    throw new IllegalStateException("does not wait");
  }

  /** Another process that has the lock. */
  private static Process holder(Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.getInputStream().read()).isEqualTo('h');
    return process;
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
