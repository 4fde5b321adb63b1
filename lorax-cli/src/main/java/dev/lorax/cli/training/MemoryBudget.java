package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much memory this process may hold.
 *
 * @param bytes at most
 * @param asked whether the user named it; else it is what the machine has
 */
public record MemoryBudget(long bytes, boolean asked) {
  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgt])(i?)b?");
  private static final double SHARE = 0.9; // of what is free: other programs live here too

  /**
   * A size such as {@code 2GB}, {@code 1.5g} or {@code 1500MiB}.
   *
   * @throws Failure if it is none
   */
  public static MemoryBudget parse(String text) {
    Matcher size = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      throw Failure.usage(
          "--memory-budget %s is no size: give a number and a unit, for example 2GB or 1500MB"
              .formatted(text));
    }
    double unit = size.group(3).isEmpty() ? 1000 : 1024;
    double bytes = Double.parseDouble(size.group(1));
    return new MemoryBudget(
        (long) (bytes * Math.pow(unit, 1 + "kmgt".indexOf(size.group(2)))), true);
  }

  /** What is free here, less a tenth, by the kernel's word and the container's limit. */
  public static MemoryBudget ofMachine() {
    long free = number(Path.of("/proc/meminfo"), "MemAvailable:\\s+(\\d+) kB").orElse(-1) * 1024;
    if (free < 0) {
      return new MemoryBudget(Long.MAX_VALUE, false); // another system: no limit is known
    }
    Path group = Path.of("/sys/fs/cgroup");
    OptionalLong limit = number(group.resolve("memory.max"), "(\\d+)");
    OptionalLong used = number(group.resolve("memory.current"), "(\\d+)");
    if (limit.isPresent() && used.isPresent()) {
      free = Math.min(free, Math.max(0, limit.getAsLong() - used.getAsLong()));
    }
    long own = number(Path.of("/proc/self/status"), "VmRSS:\\s+(\\d+) kB").orElse(0) * 1024;
    return new MemoryBudget((long) (SHARE * free) + own, false);
  }

  private static OptionalLong number(Path file, String pattern) {
    try {
      Matcher found = Pattern.compile(pattern).matcher(Files.readString(file));
      return found.find() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
    } catch (IOException otherSystem) {
      return OptionalLong.empty();
    }
  }

  /** For people. */
  @Override
  public String toString() {
    return asked ? "--memory-budget " + Figures.bytes(bytes) : Figures.bytes(bytes) + " free here";
  }
}
