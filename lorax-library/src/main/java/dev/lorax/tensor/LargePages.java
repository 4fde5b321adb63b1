package dev.lorax.tensor;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * Large pages of the system, for memory that lies in pages of its own: with 4 KiB each, a step over
 * gigabytes of weights waits a tenth of its time for the addresses of pages.
 */
final class LargePages {
  /** Bytes of one, and what its address is a multiple of. */
  static final long SIZE = 2 << 20;

  private static final int ADVICE = 14; // MADV_HUGEPAGE
  private static final Optional<Function> MADVISE = madvise();

  private LargePages() {}

  private static Optional<Function> madvise() {
    if (!Loader.getPlatform().startsWith("linux")) {
      return Optional.empty();
    }
    try {
      return Optional.of(NativeLibrary.getProcess().getFunction("madvise"));
    } catch (LinkageError missing) { // it is slower without, and no worse
      return Optional.empty();
    }
  }

  /**
   * Asks for large pages where they fit into a stretch of memory. Where the system has none, it
   * stays as it is.
   *
   * @param address a multiple of {@link #SIZE}
   */
  static void ask(long address, long bytes) {
    long whole = bytes / SIZE * SIZE;
    if (whole > 0) {
      MADVISE.ifPresent(call -> call.invokeInt(new Object[] {new Pointer(address), whole, ADVICE}));
    }
  }
}
