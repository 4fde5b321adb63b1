package dev.lorax.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** The native half of Hugging Face's tokenizers, loaded once, when this class is initialised. */
final class RustLibrary {
  private static final String FLAVOR = "RUST_FLAVOR";

  /** What went wrong then; an error there would hide its reason. */
  private static final Optional<Throwable> FAILURE = failure();

  private RustLibrary() {}

  /** Loads it, if that has not happened yet. */
  static void load() {} // the initialisation of this class has done it

  /**
   * The library.
   *
   * @throws UncheckedIOException if it could not be unpacked or loaded
   */
  static TokenizersLibrary get() {
    if (FAILURE.isPresent()) {
      throw new UncheckedIOException(message(FAILURE.get()), new IOException(FAILURE.get()));
    }
    return TokenizersLibrary.LIB;
  }

  /** Loads the CPU library from the jar: where a GPU is present, the default is a download. */
  private static Optional<Throwable> failure() {
    boolean chosen = System.getenv(FLAVOR) != null || System.getProperty(FLAVOR) != null;
    if (!chosen) {
      System.setProperty(FLAVOR, "cpu");
    }
    try {
      LibUtils.checkStatus();
      return Optional.empty();
    } catch (RuntimeException | LinkageError failure) {
      return Optional.of(failure);
    } finally {
      if (!chosen) {
        System.clearProperty(FLAVOR);
      }
    }
  }

  private static String message(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return ("Hugging Face's tokenizers cannot be loaded on %s %s (%s): they exist for linux x86_64 and"
            + " aarch64, macOS aarch64 and Windows x86_64, and are unpacked to ~/.djl.ai or, where"
            + " it is set, to the folder in the environment variable DJL_CACHE_DIR.")
        .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), root.getMessage());
  }
}
