package dev.lorax.hub;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps two downloads of one blob apart, so that nothing is fetched twice.
 *
 * <p>It holds between threads and between processes of Java. Python takes the same file, but by
 * another kind of lock on Linux and macOS; beside it a blob may be fetched twice, and is whole all
 * the same, since each writes its own file and renames it when done. The file stays, as
 * huggingface_hub's does.
 */
final class CacheLock implements Closeable {
  private static final Map<Path, ReentrantLock> OF_THIS_PROCESS = new ConcurrentHashMap<>();

  private final ReentrantLock inside;
  private final FileChannel channel;

  private CacheLock(ReentrantLock inside, FileChannel channel) {
    this.inside = inside;
    this.channel = channel;
  }

  /**
   * Waits for the lock.
   *
   * @param waiting told if somebody has it
   */
  static CacheLock take(Path file, Runnable waiting) throws IOException {
    RepoCache.makeFolder(file.getParent());
    ReentrantLock inside =
        OF_THIS_PROCESS.computeIfAbsent(file.toAbsolutePath(), path -> new ReentrantLock());
    if (!inside.tryLock()) {
      waiting.run();
      inside.lock();
    }
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock(channel, waiting);
      return new CacheLock(inside, channel);
    } catch (IOException | RuntimeException failure) {
      inside.unlock();
      throw failure;
    }
  }

  private static void lock(FileChannel channel, Runnable waiting) {
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        waiting.run();
        channel.lock();
      }
    } catch (IOException noLocksHere) {
      // Some network disks have none. Two downloads then write the same bytes to the same places.
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close(); // and with it the lock between processes
    } finally {
      inside.unlock();
    }
  }
}
