package dev.lorax.cli;

import dev.lorax.tensor.Engine;
import dev.lorax.tensor.VectorUnit;
import dev.lorax.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads libtorch and the tokenizers beside the reading of options, config and text.
 *
 * <p>Nobody asks whether they are loaded: who needs one waits for it, and is told what is wrong
 * with it, as if it were loaded only then.
 */
final class NativeLibraries {
  private static final List<String> NOT_NEEDED = List.of("--help", "-h", "--version", "-V", "pull");

  private final List<Thread> threads;

  private NativeLibraries(List<Thread> threads) {
    this.threads = threads;
    threads.forEach(Thread::start);
  }

  /** Starts to load what a command will need; help, version and pull need nothing. */
  static NativeLibraries load(String... args) {
    boolean needed = args.length > 0 && Arrays.stream(args).noneMatch(NOT_NEEDED::contains);
    Stream<Runnable> loads =
        needed ? Stream.of(Engine::load, Tokenizer::load, VectorUnit::warmUp) : Stream.of();
    return new NativeLibraries(loads.map(load -> new Thread(load, "lorax-load")).toList());
  }

  /**
   * Waits for the end of loading: a process that exits while a library is half loaded may crash.
   */
  void await() {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
