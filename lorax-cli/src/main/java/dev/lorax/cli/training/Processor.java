package dev.lorax.cli.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel says about this machine's processor; nothing of it is measured.
 *
 * @param threads that run at once on it, hyperthreads included, where this process may run; 0 where
 *     unknown
 * @param cores that they share; 0 where unknown
 * @param bfloat16 whether it has instructions for products of bfloat16; empty where unknown
 */
public record Processor(int threads, int cores, Optional<Boolean> bfloat16) {
  private static final Pattern ALLOWED = Pattern.compile("Cpus_allowed_list:\\s*(\\S+)");
  private static final int MOST_A_CORE = 4; // more is a virtual machine that names no cores

  /** This machine's. */
  public static Processor here() {
    return parse(text("/proc/cpuinfo"), text("/proc/self/status"));
  }

  /**
   * One by what Linux tells.
   *
   * @param cpuinfo the text of {@code /proc/cpuinfo}; empty on other systems
   * @param status that of {@code /proc/self/status}
   */
  static Processor parse(String cpuinfo, String status) {
    Optional<BitSet> allowed = allowed(status);
    List<Map<String, String>> threads =
        Arrays.stream(cpuinfo.split("\\n\\s*\\n"))
            .map(Processor::fields)
            .filter(fields -> fields.getOrDefault("processor", "").matches("\\d{1,6}"))
            .filter(
                fields ->
                    allowed.isEmpty()
                        || allowed.get().get(Integer.parseInt(fields.get("processor"))))
            .toList();
    return new Processor(threads.size(), cores(threads), bfloat16(threads));
  }

  private static Map<String, String> fields(String block) {
    Map<String, String> fields = new HashMap<>();
    block
        .lines()
        .map(line -> line.split("\\s*:\\s*", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> fields.put(pair[0].strip(), pair[1].strip()));
    return fields;
  }

  private static int cores(List<Map<String, String>> threads) {
    if (!threads.stream().allMatch(fields -> fields.containsKey("core id"))) {
      return 0;
    }
    long cores =
        threads.stream()
            .map(fields -> fields.get("physical id") + "/" + fields.get("core id"))
            .distinct()
            .count();
    return threads.size() > MOST_A_CORE * cores ? 0 : (int) cores;
  }

  /** Only x86 has a line of that name. */
  private static Optional<Boolean> bfloat16(List<Map<String, String>> threads) {
    return threads.stream()
        .findFirst()
        .map(fields -> fields.get("flags"))
        .map(flags -> Arrays.asList(flags.split("\\s+")))
        .map(flags -> flags.contains("avx512_bf16") || flags.contains("amx_bf16"));
  }

  /** The numbers of the processors where this process may run: {@code 0-3,8}. */
  private static Optional<BitSet> allowed(String status) {
    Matcher found = ALLOWED.matcher(status);
    if (!found.find() || !found.group(1).matches("\\d{1,6}(-\\d{1,6})?(,\\d{1,6}(-\\d{1,6})?)*")) {
      return Optional.empty();
    }
    BitSet allowed = new BitSet();
    for (String range : found.group(1).split(",")) {
      String[] ends = range.split("-");
      allowed.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
    }
    return Optional.of(allowed);
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.UTF_8);
    } catch (IOException otherSystem) {
      return "";
    }
  }
}
