package dev.lorax.cli;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.recipe.Combinations;
import dev.lorax.cli.recipe.Recipe;
import dev.lorax.cli.recipe.RecipeArguments;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A command with {@code --sweep}, and what it is for each combination.
 *
 * @param spec the command as it was called
 */
record SweptCommand(CommandSpec spec) {
  /** Options that say where and how a run is told, not what it does. */
  private static final Set<String> NO_RECIPE =
      Set.of("out", "resume", "recipe", "json", "verbose", "help", "version", "steps-timed");

  /** Options that all runs of a sweep share. */
  private static final Set<String> SHARED =
      Stream.concat(NO_RECIPE.stream(), Stream.of("model", "dtype", "threads", "sweep"))
          .collect(Collectors.toUnmodifiableSet());

  /** What the command does, as a file keeps it. */
  Recipe recipe() {
    return Recipe.of(spec, NO_RECIPE);
  }

  /**
   * All combinations.
   *
   * @param sweeps as given to {@code --sweep}
   * @throws Failure if one cannot be swept
   */
  List<Map<String, String>> combinations(List<String> sweeps) {
    return Combinations.of(sweeps, spec, SHARED);
  }

  /** The options of one combination. */
  Recipe of(Map<String, String> combination) {
    Recipe recipe = recipe().without("sweep");
    for (Map.Entry<String, String> value : combination.entrySet()) {
      recipe = recipe.with(value.getKey(), value.getValue());
    }
    return recipe;
  }

  /**
   * Something that is made of one combination.
   *
   * @throws Failure that says of which, if it is refused
   */
  static <T> T made(Map<String, String> combination, Supplier<T> made) {
    try {
      return made.get();
    } catch (RuntimeException refused) {
      if (!Errors.isClear(refused)) {
        throw refused;
      }
      throw Failure.within("--sweep " + combination, refused);
    }
  }

  /**
   * Reads options into a command, as if it had been called with them.
   *
   * @param line of a fresh command
   * @throws Failure if a value does not suit its option
   */
  static void parse(CommandLine line, Recipe options, Map<String, String> combination) {
    try {
      line.parseArgs(RecipeArguments.words(options, line.getCommandSpec()).toArray(String[]::new));
    } catch (ParameterException wrong) {
      throw Failure.usage("--sweep %s: %s".formatted(combination, wrong.getMessage()));
    }
  }
}
