package dev.lorax.hub;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
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
   * @throws HubException if the thread is interrupted while another of this process has it
   * @throws FileLockInterruptionException likewise, while another process has it
   */
  static CacheLock take(Path file, Runnable waiting) throws IOException {
    RepoCache.makeFolder(file.getParent());
    Path place = file.getParent().toRealPath().resolve(file.getFileName()); // whatever links lead
    ReentrantLock inside = OF_THIS_PROCESS.computeIfAbsent(place, path -> new ReentrantLock());
    enter(inside, waiting);
    try {
      return new CacheLock(inside, locked(place, waiting));
    } catch (IOException | RuntimeException failure) {
      inside.unlock();
      throw failure;
    }
  }

  private static void enter(ReentrantLock inside, Runnable waiting) {
    if (!inside.tryLock()) {
      waiting.run();
      try {
        inside.lockInterruptibly();
      } catch (InterruptedException stop) {
        throw HubException.interrupted(stop);
      }
    }
  }

  private static FileChannel locked(Path file, Runnable waiting) throws IOException {
    FileChannel channel = FileChannel.open(file, CREATE, WRITE);
    try {
      if (channel.tryLock() == null) {
        waiting.run();
        channel.lock();
      }
    } catch (FileLockInterruptionException | RuntimeException failure) {
      channel.close();
      throw failure;
    } catch (IOException noLocksHere) {
      // Some network disks have none. Two downloads then write the same bytes to the same places.
    }
    return channel;
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
