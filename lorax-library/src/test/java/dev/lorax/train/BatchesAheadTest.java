package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BatchesAheadTest {
  private static final Batches SOURCE = Batches.examples(Samples.ragged(13)).size(4);

  @Test
  void theBatchesAreTheSame() {
    try (BatchesAhead ahead = SOURCE.ahead(3)) {
      for (long number : new long[] {0, 1, 2, 3, 9, 10, 12, 4, 4, 5, 70}) {
        ExampleBatchesTest.requireEqual(ahead.batch(number), SOURCE.batch(number));
      }
    }
  }

  @Test
  void theNextOnesAreMadeOnAnotherThreadAndNoMore() throws InterruptedException {
    Map<Long, Thread> made = new ConcurrentHashMap<>();
    CountDownLatch two = new CountDownLatch(3);
    Batches counted =
        number -> {
          made.put(number, Thread.currentThread());
          two.countDown();
          return SOURCE.batch(number);
        };
    try (BatchesAhead ahead = counted.ahead(2)) {
      ahead.batch(5);
      assertThat(two.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(made).containsOnlyKeys(5L, 6L, 7L);
    assertThat(made.values()).allMatch(Thread::isDaemon).doesNotContain(Thread.currentThread());
  }

  @Test
  void anErrorComesWithItsBatchAndNoOther() {
    IllegalArgumentException wrong = new IllegalArgumentException("forum.jsonl, line 431");
    Batches faulty =
        number -> {
          if (number == 2) {
            throw wrong;
          }
          return SOURCE.batch(number);
        };
    try (BatchesAhead ahead = faulty.ahead(2)) {
      ahead.batch(0);
      ahead.batch(1);
      assertThatThrownBy(() -> ahead.batch(2)).isSameAs(wrong);
      assertThatThrownBy(() -> ahead.batch(2)).isSameAs(wrong);
      ExampleBatchesTest.requireEqual(ahead.batch(3), SOURCE.batch(3));
    }
  }

  @Test
  void onceClosedTheSourceIsNotUsedAnyMore() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    Batches slow =
        number -> {
          if (number == 1) {
            begun.countDown();
            await(go);
            ended.set(true);
          }
          return SOURCE.batch(number);
        };
    BatchesAhead ahead = slow.ahead(1);
    ahead.batch(0);
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    Thread closer = new Thread(ahead::close);
    closer.start();
    closer.join(50);
    assertThat(closer.isAlive()).isTrue();
    go.countDown();
    closer.join();
    assertThat(ended).isTrue();
    ahead.close();
    assertThatThrownBy(() -> ahead.batch(2)).hasMessage("The batches are closed");
    assertThatThrownBy(() -> SOURCE.ahead(0)).hasMessage("At least 1 batch is made ahead, not 0");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError("The work was interrupted", interrupted);
    }
  }
}
