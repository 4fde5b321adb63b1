package dev.lorax.cli.recipe;

import dev.lorax.spelling.EditDistance;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What was meant by a name that is no option's in a recipe. */
final class NearestOption {
  private NearestOption() {}

  /** {@code ; did you mean rank?}, or nothing where no option's name is near. */
  static String hint(String name, CommandSpec command) {
    OptionSpec alias = command.findOption(name);
    List<String> near = alias == null ? near(name, command) : List.of(Recipe.name(alias));
    return near.isEmpty() ? "" : "; did you mean %s?".formatted(String.join(" or ", near));
  }

  private static List<String> near(String name, CommandSpec command) {
    List<String> names = command.options().stream().map(Recipe::name).toList();
    int least =
        names.stream().mapToInt(one -> EditDistance.between(one, name)).min().orElse(name.length());
    return least > Math.max(2, name.length() / 4)
        ? List.of()
        : names.stream().filter(one -> EditDistance.between(one, name) == least).toList();
  }
}
