package dev.lorax.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What was measured on, and when.
 *
 * @param processor its name
 * @param cores that this process may use
 * @param system name and version
 * @param java version and maker
 * @param time to the second, in UTC
 * @param load mean number of running threads in the minute before; empty where unknown
 */
record Machine(
    String processor, int cores, String system, String java, Instant time, OptionalDouble load) {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final Path LOAD = Path.of("/proc/loadavg");

  static Machine here() {
    return new Machine(
        readProcessor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        "%s (%s)".formatted(System.getProperty("java.version"), System.getProperty("java.vendor")),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        readLoad());
  }

  private static String readProcessor() {
    return text(PROCESSORS)
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }

  private static OptionalDouble readLoad() {
    String text = text(LOAD);
    return text.isBlank()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(text.substring(0, text.indexOf(' '))));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException otherSystem) {
      return "";
    }
  }

  void write(ObjectNode json) {
    json.put("processor", processor);
    json.put("cores", cores);
    json.put("system", system);
    json.put("java", java);
    load.ifPresent(value -> json.put("loadBefore", value));
  }

  /** One line. */
  @Override
  public String toString() {
    String busy =
        load.isPresent() ? String.format(Locale.ROOT, ", load %.1f", load.getAsDouble()) : "";
    return "%s, %d cores%s; %s; Java %s; %s".formatted(processor, cores, busy, system, java, time);
  }
}
