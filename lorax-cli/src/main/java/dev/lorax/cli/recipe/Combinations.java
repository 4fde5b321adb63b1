package dev.lorax.cli.recipe;

import dev.lorax.cli.console.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All combinations of some options' values, as {@code --sweep NAME=V1,V2} asks for. */
public final class Combinations {
  private Combinations() {}

  /**
   * The combinations, the last option changing fastest.
   *
   * @param sweeps each {@code NAME=V1,V2}, or {@code NAME=A,B;C} where a value itself has commas
   * @param fixed options that cannot differ between runs
   * @throws Failure if a name is no option, or is fixed, or is there twice
   */
  public static List<Map<String, String>> of(
      List<String> sweeps, CommandSpec command, Set<String> fixed) {
    List<Map<String, String>> all = new ArrayList<>(List.of(Map.of()));
    for (String sweep : sweeps) {
      int end = sweep.indexOf('=');
      if (end < 1 || end == sweep.length() - 1) {
        throw Failure.usage("--sweep %s: give NAME=V1,V2, for example rank=4,8".formatted(sweep));
      }
      String name = name(sweep.substring(0, end), command, fixed);
      if (all.get(0).containsKey(name)) {
        throw Failure.usage("--sweep %s: '%s' is swept already".formatted(sweep, name));
      }
      String values = sweep.substring(end + 1);
      all = with(name, values.split(values.contains(";") ? ";" : ","), all);
    }
    return all;
  }

  private static String name(String given, CommandSpec command, Set<String> fixed) {
    String bare = given.strip().replaceFirst("^-+", "");
    OptionSpec option = command.findOption("--" + bare);
    if (option == null) {
      throw Failure.usage(
          "--sweep %s: that is no option of 'lorax %s'%s"
              .formatted(given, command.name(), NearestOption.hint(bare, command)));
    }
    String name = Recipe.name(option);
    if (fixed.contains(name)) {
      throw Failure.usage("--sweep %s: all runs of a sweep share it".formatted(name));
    }
    return name;
  }

  private static List<Map<String, String>> with(
      String name, String[] values, List<Map<String, String>> some) {
    List<Map<String, String>> all = new ArrayList<>();
    for (Map<String, String> one : some) {
      for (String value : Arrays.stream(values).map(String::strip).distinct().toList()) {
        Map<String, String> more = new LinkedHashMap<>(one);
        more.put(name, value);
        all.add(more);
      }
    }
    return all;
  }

  /** As the name of a folder: {@code rank=4,learning-rate=1e-4}. */
  public static String folder(Map<String, String> combination) {
    List<String> parts = new ArrayList<>();
    combination.forEach((name, value) -> parts.add(name + "=" + value));
    return String.join(",", parts).replaceAll("[^A-Za-z0-9=,._+-]", "_");
  }
}
