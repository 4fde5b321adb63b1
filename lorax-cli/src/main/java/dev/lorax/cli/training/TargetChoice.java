package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.lora.Targets;
import dev.lorax.spelling.EditDistance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Which nodes are adapted, as the options say it.
 *
 * @param targets ends of names, or a word for all; null: what the library adapts by default
 * @param exclude ends of names; null: none
 * @param layers numbers and ranges of blocks; null: all
 */
record TargetChoice(List<String> targets, List<String> exclude, String layers) {
  private static final String ALL = "all-linear";
  private static final String AS_PEFT = "peft-default";
  private static final String[] DEFAULT = {"query", "value"};
  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");
  private static final int MOST_TYPOS = 2;

  /** The targets; empty: the default. */
  Optional<Targets> targets(ModuleNames names) {
    if (targets == null && exclude == null && layers == null) {
      return Optional.empty();
    }
    Targets chosen = chosen(names);
    if (exclude != null) {
      chosen = chosen.except(exclude.toArray(String[]::new));
    }
    if (layers != null) {
      chosen = chosen.inBlocks(blocks());
    }
    return Optional.of(names.in(chosen));
  }

  private Targets chosen(ModuleNames names) {
    if (targets == null) {
      return Targets.named(DEFAULT);
    }
    targets.forEach(this::requireMeant);
    if (targets.equals(List.of(ALL))) {
      return Targets.allLinear();
    }
    return Targets.named(
        targets.equals(List.of(AS_PEFT)) ? names.defaults() : targets.toArray(String[]::new));
  }

  /** All-linear is the name of no node, so that the model could not tell what was meant. */
  private void requireMeant(String target) {
    int typos = EditDistance.between(target.toLowerCase(Locale.ROOT), ALL);
    if (typos > 0 && typos <= MOST_TYPOS) {
      throw Failure.usage("--targets %s: did you mean %s?".formatted(target, ALL));
    }
    if (typos == 0 && targets.size() > 1) {
      throw Failure.usage("--targets %s stands alone: leave out the other names".formatted(ALL));
    }
  }

  private int[] blocks() {
    List<Integer> blocks = new ArrayList<>();
    for (String part : layers.split(",")) {
      Matcher range = RANGE.matcher(part.strip());
      if (!range.matches()) {
        throw Failure.usage(
            "--layers %s: give numbers and ranges, such as 0,1 or 8-15".formatted(layers));
      }
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (last < first) {
        throw Failure.usage("--layers %s: a range goes upwards".formatted(layers));
      }
      IntStream.rangeClosed(first, last).forEach(blocks::add);
    }
    return blocks.stream().mapToInt(Integer::intValue).toArray();
  }
}
