package dev.lorax.tensor;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory from the system itself, on Linux: nothing else lies between, what is never written takes
 * none, and all goes back when it is freed.
 *
 * <p>Its pages are large ones if the system has them: with 4 KiB each, a step over gigabytes of
 * weights waits a tenth of its time for the addresses of pages.
 */
final class Pages {
  /** Bytes of a large one: memory begins at a multiple of it, and is taken in such steps. */
  static final long LARGE = 2 << 20;

  private static final int READ_AND_WRITE = 3;
  private static final int PRIVATE_AND_ANONYMOUS = 0x22;
  private static final int NO_FILE = -1;
  private static final int LARGE_PAGES = 14; // MADV_HUGEPAGE

  private static final Optional<Calls> SYSTEM = calls();

  private static final OwnMemory MAPPED = new OwnMemory();

  private record Calls(Function map, Function advise, Function unmap) {}

  private Pages() {}

  private static Optional<Calls> calls() {
    if (!Loader.getPlatform().startsWith("linux")) {
      return Optional.empty();
    }
    try {
      NativeLibrary system = NativeLibrary.getProcess();
      return Optional.of(
          new Calls(
              system.getFunction("mmap"),
              system.getFunction("madvise"),
              system.getFunction("munmap")));
    } catch (RuntimeException | Error unfit) { // JNA throws either; it is slower without, no worse
      return Optional.empty();
    }
  }

  /** Whether there are any here. */
  static boolean areThere() {
    return SYSTEM.isPresent();
  }

  /** Whether memory that begins there is taken. */
  static boolean holds(long address) {
    return MAPPED.isAt(address);
  }

  /** A uint8 tensor of so many zeros; empty where the system gives none. */
  static Optional<Tensor> take(long bytes) {
    return SYSTEM.flatMap(calls -> take(calls, bytes));
  }

  private static Optional<Tensor> take(Calls calls, long bytes) {
    long length = bytes + LARGE;
    long start =
        calls.map.invokeLong(
            new Object[] {null, length, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, NO_FILE, 0L});
    if (start == -1) {
      return Optional.empty();
    }
    long address = start + Math.floorMod(-start, LARGE);
    long whole = bytes / LARGE * LARGE;
    if (whole > 0) { // a system without large ones refuses, and nothing is lost
      calls.advise.invokeInt(new Object[] {new com.sun.jna.Pointer(address), whole, LARGE_PAGES});
    }
    Object[] all = {new com.sun.jna.Pointer(start), length};
    Runnable unmap = () -> calls.unmap.invokeInt(all);
    return Optional.of(MAPPED.tensor(at(address), DType.U8, new long[] {bytes}, unmap));
  }

  private static Pointer at(long place) {
    return new Pointer() {
      {
        address = place;
      }
    };
  }
}
