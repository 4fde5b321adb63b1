package dev.lorax.tensor;

import static java.util.concurrent.CompletableFuture.runAsync;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;

/**
 * Threads that each call the engine for themselves, one a core, for work of milliseconds that is
 * Java's and the engine's in turn.
 *
 * <p>Were such work shared out call by call, all cores would wait for the slowest after each; so
 * they wait once.
 */
final class Cores {
  private static final ExecutorService THREADS =
      threads(Runtime.getRuntime().availableProcessors());

  private Cores() {}

  /** Starts all threads, since the engine takes what one asks for as the wish of later ones. */
  private static ExecutorService threads(int count) {
    int own = Engine.threads();
    Phaser alone = new Phaser(count + 1);
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> new Core(work, alone));
    threads.prestartAllCoreThreads();
    alone.arriveAndAwaitAdvance(); // though interrupted: who is late would speak for everyone
    torch.set_num_threads(own);
    return threads;
  }

  /** One of them. */
  private static final class Core extends Thread {
    private final Runnable work;
    private final Phaser alone;

    Core(Runnable work, Phaser alone) {
      super("lorax-core");
      setDaemon(true);
      this.work = work;
      this.alone = alone;
    }

    @Override
    public void run() {
      torch.get_num_threads(); // asks once for what others wished
      torch.set_num_threads(1);
      alone.arrive();
      try (Gradients off = Gradients.off()) {
        work.run();
      }
    }
  }

  /**
   * Runs all parts of 0..count, each {@code step} long but the last, on as many threads as one
   * product may use here, and returns when they are done. Each part has a scope of its own.
   */
  static void run(int count, int step, Workers.Part part) {
    AtomicInteger next = new AtomicInteger();
    int threads = Math.min(Engine.threads(), (count + step - 1) / step);
    if (threads == 1) { // also one of these threads itself
      work(next, count, step, part);
      return;
    }
    try {
      CompletableFuture.allOf(
              IntStream.range(0, threads)
                  .mapToObj(i -> runAsync(() -> work(next, count, step, part), THREADS))
                  .toArray(CompletableFuture[]::new))
          .join(); // until all are done, whatever happens: they read the caller's memory
    } catch (CompletionException failed) {
      throw new IllegalStateException("A part of a product failed", failed.getCause());
    }
  }

  private static void work(AtomicInteger next, int count, int step, Workers.Part part) {
    for (int from = next.getAndAdd(step); from < count; from = next.getAndAdd(step)) {
      try (Scope scope = new Scope()) {
        part.run(from, Math.min(count, from + step));
      }
    }
  }
}
