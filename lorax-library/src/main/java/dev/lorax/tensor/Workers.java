package dev.lorax.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread for each further core, for work of microseconds. Who waits looks again at once for
 * some microseconds, then lets others run in between; a worker sleeps in the end. Waking up costs
 * 50 microseconds, and the system may well wake a thread on the core of the one that it is to help,
 * where the two would wait for each other for milliseconds.
 *
 * <p>The caller works too, and is alone with them until all is done.
 */
final class Workers {
  /** How long one waits at full speed: most of what lies between two products. */
  private static final long ALERT_NANOS = 10_000;

  /** How long a worker stays awake: what lies between two tokens. */
  private static final long AWAKE_NANOS = 2_000_000;

  private static final Workers SHARED = new Workers(Engine.threads() - 1);

  private final Thread[] threads;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile Job job = new Job(0, 1, null);

  /** Works on rows from..to. */
  interface Part {
    void run(int from, int to);
  }

  private record Job(int count, int chunk, Part part) {}

  private Workers(int count) {
    threads = new Thread[count];
    for (int i = 0; i < count; i++) {
      threads[i] = new Thread(this::serve, "lorax-product-" + i);
      threads[i].setDaemon(true);
      threads[i].start();
    }
  }

  static Workers shared() {
    return SHARED;
  }

  /** Runs all parts of 0..count, each some chunks long, and returns when they are done. */
  synchronized void run(int count, int chunk, Part part) {
    failure.set(null);
    next.set(0);
    pending.set(threads.length);
    job = new Job(count, chunk, part);
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    try {
      work(job);
    } finally {
      long start = System.nanoTime();
      while (pending.get() > 0) {
        pause(start);
      }
    }
    Throwable failed = failure.getAndSet(null);
    if (failed != null) {
      throw new IllegalStateException("A part of a product failed", failed);
    }
  }

  private void work(Job work) {
    for (int from = next.get(); from < work.count; from = next.get()) {
      int to = Math.min(work.count, from + length(work, from));
      if (next.compareAndSet(from, to)) {
        work.part.run(from, to);
      }
    }
  }

  /**
   * The length of the next part: long at first, since each is one stream of memory that the
   * processor reads ahead, and short in the end, so that all end together.
   */
  private int length(Job work, int from) {
    int share = (work.count - from) / (2 * (threads.length + 1));
    return Math.max(1, share / work.chunk) * work.chunk;
  }

  private void serve() {
    Job seen = null;
    while (true) {
      Job work = await(seen);
      try {
        work(work);
      } catch (RuntimeException | Error failed) { // a thread that died would never be waited for
        failure.set(failed);
      } finally {
        pending.decrementAndGet();
      }
      seen = work;
    }
  }

  private Job await(Job seen) {
    long start = System.nanoTime();
    Job now = job;
    while (now == seen || now.part == null) {
      if (System.nanoTime() - start > AWAKE_NANOS) {
        LockSupport.park(this);
      } else {
        pause(start);
      }
      now = job;
    }
    return now;
  }

  private static void pause(long start) {
    if (System.nanoTime() - start > ALERT_NANOS) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }
}
