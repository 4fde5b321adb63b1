package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.graph.Parameters;
import dev.lorax.tensor.Engine;
import java.util.Iterator;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Native memory stays flat: nothing waits for the garbage collector. */
class MemoryTest {
  private static final int ROUNDS = 1000;

  /** A leak of one step's values alone would come to hundreds of megabytes. */
  private static final long SLACK = 48L << 20;

  /** A leak grows every time; Java's compiler takes up to 130 MB, but once. */
  private static final int TRIES = 3;

  private static final Windows WINDOWS = Batches.windows(Run.text(500), 16).size(8);

  private final int threads = Engine.threads();

  @BeforeEach
  void oneThread() {
    Engine.threads(1); // tiny products wait for other threads longer than they take
  }

  @AfterEach
  void allThreads() {
    Engine.threads(threads);
  }

  @Test
  void aThousandTrainingStepsKeepNothing() {
    try (Run run = new Run(0.1);
        Trainer trainer =
            run.trainer(
                WINDOWS,
                t -> t.steps(100 + TRIES * ROUNDS).rewrite(new Neftune(5)).labelSmoothing(0.1))) {
      Iterator<Step> steps = trainer.iterator();
      requireFlat(steps::next);
    }
  }

  @Test
  void aThousandEvaluationsKeepNothing() {
    try (Run run = new Run()) {
      Parameters all = run.base.parameters().and(run.adapter.parameters());
      requireFlat(() -> Evaluation.of(run.adapter.graph(), all, WINDOWS, 1));
    }
  }

  private static void requireFlat(Runnable round) {
    for (int i = 0; i < 100; i++) {
      round.run();
    }
    long growth = growth(round);
    for (int i = 1; i < TRIES && growth >= SLACK; i++) {
      growth = growth(round);
    }
    assertThat(growth).as("bytes").isLessThan(SLACK);
  }

  /** By how many bytes the process grows in a thousand rounds, which keep no native object. */
  private static long growth(Runnable round) {
    long bytes = bytesAfterCollection();
    long count = Pointer.totalCount();
    long most = count;
    for (int i = 0; i < ROUNDS; i++) {
      round.run();
      most = Math.max(most, Pointer.totalCount());
    }
    assertThat(most).as("native objects between rounds").isEqualTo(count);
    return bytesAfterCollection() - bytes;
  }

  /** The process's memory; the Java heap, which is part of it, has shrunk to what it needs. */
  private static long bytesAfterCollection() {
    System.gc();
    return Pointer.physicalBytes();
  }
}
