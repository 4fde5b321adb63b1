package dev.lorax.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How much of this process lies in memory, in bytes; empty where the operating system has no such
 * file (all but Linux).
 */
public final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentMemory() {}

  /** The most that it has held so far, mapped files included. */
  public static OptionalLong peak() {
    return field("VmHWM:");
  }

  /** What it holds now, mapped files included. */
  public static OptionalLong now() {
    return field("VmRSS:");
  }

  /** What it holds now that no file backs: without mapped weights and libraries. */
  public static OptionalLong anonymous() {
    return field("RssAnon:");
  }

  private static OptionalLong field(String name) {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024) // in KiB
          .findFirst();
    } catch (IOException unknown) {
      return OptionalLong.empty();
    }
  }
}
