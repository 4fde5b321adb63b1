package dev.lorax;

import java.lang.management.ManagementFactory;

/** The bytes that this thread has ever taken from the heap. */
public final class HeapUse {
  private HeapUse() {}

  /** Bytes, counted from the thread's beginning. */
  public static long allocated() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
