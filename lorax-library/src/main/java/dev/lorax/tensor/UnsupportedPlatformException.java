package dev.lorax.tensor;

/** Thrown where the class path holds no libtorch for the running platform. */
public final class UnsupportedPlatformException extends RuntimeException {
  UnsupportedPlatformException(String platform, Throwable cause) {
    super(
        "No libtorch native library for platform %s on the class path. ".formatted(platform)
            + "Add the artifacts javacpp, openblas and pytorch of org.bytedeco with the classifier "
            + "linux-x86_64, macosx-arm64, macosx-x86_64 or windows-x86_64; "
            + "no other platform has one yet. (%s)".formatted(cause.getMessage()),
        cause);
  }
}
