package dev.lorax.train;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * Batches of which the next few are made on a thread of their own while a step runs.
 *
 * <p>The batches are the same as without. What goes wrong with one is thrown to whoever asks for
 * it, and to nobody who does not. Close it when done: once closed, its source is not used any more.
 */
public final class BatchesAhead implements Batches, AutoCloseable {
  private final Batches source;
  private final int count;
  private final Map<Long, Future<Batch>> ahead = new HashMap<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread worker = new Thread(work, "lorax-batches");
            worker.setDaemon(true);
            return worker;
          });

  BatchesAhead(Batches source, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("At least 1 batch is made ahead, not " + count);
    }
    this.source = source;
    this.count = count;
  }

  /**
   * The batch of that number, and those after it are begun.
   *
   * @throws IllegalStateException if this is closed, or the thread is interrupted while it waits
   */
  @Override
  public synchronized Batch batch(long number) {
    if (thread.isShutdown()) {
      throw new IllegalStateException("The batches are closed");
    }
    drop(held -> held < number || held > number + count); // somebody begins elsewhere
    Future<Batch> begun = ahead.remove(number);
    Future<Batch> wanted = begun == null ? begin(number) : begun;
    for (long next = number + 1; next <= number + count; next++) {
      ahead.computeIfAbsent(next, this::begin);
    }
    return result(wanted, number);
  }

  private Future<Batch> begin(long number) {
    return thread.submit(() -> source.batch(number));
  }

  private static Batch result(Future<Batch> wanted, long number) {
    try {
      return wanted.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failed.getCause(); // a source throws no checked one
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for batch " + number, stop);
    }
  }

  private void drop(LongPredicate unwanted) {
    ahead.forEach(
        (number, batch) -> {
          if (unwanted.test(number)) {
            batch.cancel(false); // an interruption would close the file that is being read
          }
        });
    ahead.keySet().removeIf(unwanted::test);
  }

  /** Waits for the batch that is being made, and drops it. Closing twice is fine. */
  @Override
  public synchronized void close() {
    drop(held -> true);
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException stop) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
