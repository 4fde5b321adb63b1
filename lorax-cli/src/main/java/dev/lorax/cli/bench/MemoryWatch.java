package dev.lorax.cli.bench;

import dev.lorax.cli.report.ResidentMemory;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks at this process's memory ten times a second until closed.
 *
 * <p>The kernel keeps the peak of all resident memory itself. Of its anonymous part, which mapped
 * weights and libraries are not in, it keeps none, so that is sampled.
 */
final class MemoryWatch implements AutoCloseable {
  private static final long EVERY = 100; // ms: one look costs up to 0.5 ms

  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread = new Thread(this::look, "lorax-memory-watch");
  private volatile long anonymous = -1;

  MemoryWatch() {
    thread.setDaemon(true);
    thread.start();
  }

  private void look() {
    try {
      do {
        ResidentMemory.anonymous().ifPresent(bytes -> anonymous = Math.max(anonymous, bytes));
      } while (!end.await(EVERY, TimeUnit.MILLISECONDS));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was seen. */
  Memory seen() {
    long most = Math.max(anonymous, ResidentMemory.anonymous().orElse(-1));
    return new Memory(
        ResidentMemory.peak(), most < 0 ? OptionalLong.empty() : OptionalLong.of(most));
  }

  @Override
  public void close() {
    end.countDown();
    try {
      thread.join();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The most memory held, in bytes; empty where the operating system does not tell.
   *
   * @param peak all that was resident, since the process began
   * @param anonymous what no file backs, while work was measured
   * @param expected the peak that {@code lorax train} would have announced
   */
  record Memory(OptionalLong peak, OptionalLong anonymous, OptionalLong expected) {
    Memory(OptionalLong peak, OptionalLong anonymous) {
      this(peak, anonymous, OptionalLong.empty());
    }
  }
}
