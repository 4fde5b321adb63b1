package dev.lorax.cli.recipe;

import dev.lorax.cli.console.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Puts the options of {@code --recipe FILE} where the command line has none of the same name, so
 * that a recipe is exactly what its options are.
 *
 * <p>{@code --resume DIR} does the same with the recipe in that folder.
 */
public final class RecipeArguments {
  /** The recipe in the folder of a run. */
  public static final String FILE = "recipe.yaml";

  /** Options of which one takes the other's place. */
  private static final Map<String, String> RIVALS = Map.of("steps", "epochs", "epochs", "steps");

  /** Options that name a recipe: one that names another would not be followed. */
  private static final Set<String> NO_RECIPE = Set.of("recipe", "resume");

  private RecipeArguments() {}

  /**
   * The words of a command line with those of its recipe.
   *
   * @throws Failure if the recipe cannot be read or names an option that the command has not
   */
  public static String[] expand(CommandLine line, String... words) {
    CommandLine command =
        Stream.of(words)
            .filter(word -> !word.startsWith("-")) // options of lorax itself take no values
            .findFirst()
            .map(line.getSubcommands()::get)
            .orElse(null);
    if (command == null || !takesRecipe(command)) {
      return words;
    }
    Optional<Path> folder = value("--resume", words).map(Path::of);
    folder.ifPresent(run -> requireOwn(run, words));
    folder.ifPresent(RecipeArguments::requireRun);
    Optional<Path> file = file(words);
    if (file.isEmpty()) {
      return words;
    }
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(added(command, file.get(), words));
    if (folder.isPresent() && !isGiven("--out", words)) {
      all.add("--out=" + folder.get());
    }
    return all.toArray(String[]::new);
  }

  private static boolean takesRecipe(CommandLine command) {
    return command.getCommandSpec().findOption("--recipe") != null;
  }

  /** The recipe that is read: that of the folder of a run, or the one named. */
  private static Optional<Path> file(String... words) {
    return value("--resume", words)
        .map(run -> Path.of(run).resolve(FILE))
        .or(() -> value("--recipe", words).map(Path::of));
  }

  /**
   * The recipe that an option's value comes from.
   *
   * @param words of the command line, without those of the recipe
   * @return empty if the command line has the option, or no recipe has it
   */
  public static Optional<Path> origin(OptionSpec option, CommandLine command, String... words) {
    return !takesRecipe(command) || isGiven(option, words)
        ? Optional.empty()
        : file(words).filter(file -> Recipe.read(file).values().containsKey(Recipe.name(option)));
  }

  /**
   * Checks that a folder is that of a run.
   *
   * @throws Failure if it is not
   */
  public static void requireRun(Path folder) {
    if (!Files.isRegularFile(folder.resolve(FILE))) {
      throw Failure.of(
          "%s is no run that could be resumed: %s; give the folder that was its --out"
              .formatted(
                  folder, Files.isDirectory(folder) ? "it has no " + FILE : "no such folder"));
    }
  }

  /** A run goes on where it is, and as its own recipe says. */
  private static void requireOwn(Path run, String... words) {
    for (String name : List.of("--recipe", "--out")) {
      if (isGiven(name, words)) {
        throw Failure.usage(
            ("%s would do nothing beside --resume %s, which goes on in that folder by the recipe there:"
                    + " leave one of them out")
                .formatted(name, run));
      }
    }
  }

  private static List<String> added(CommandLine command, Path file, String... words) {
    Recipe recipe = Recipe.read(file);
    for (String name : recipe.values().keySet()) {
      String rival = RIVALS.get(name);
      boolean rivalled = rival != null && isGiven("--" + rival, words);
      if (isGiven(option(command, file, name), words) || rivalled) {
        recipe = recipe.without(name);
      }
    }
    return words(recipe, command.getCommandSpec());
  }

  /** The options of a recipe, as words of a command line. */
  public static List<String> words(Recipe recipe, CommandSpec command) {
    List<String> words = new ArrayList<>();
    recipe
        .values()
        .forEach(
            (name, values) -> {
              String joint = command.findOption("--" + name).splitRegex();
              (joint.isEmpty() ? values : List.of(String.join(joint, values)))
                  .forEach(value -> words.add("--%s=%s".formatted(name, value)));
            });
    return words;
  }

  private static OptionSpec option(CommandLine command, Path file, String name) {
    if (NO_RECIPE.contains(name)) {
      throw Failure.usage(
          "%s: '%s' would do nothing in a recipe: give it on the command line"
              .formatted(file, name));
    }
    CommandSpec spec = command.getCommandSpec();
    OptionSpec option = spec.findOption("--" + name);
    if (option == null || !Recipe.name(option).equals(name)) {
      throw Failure.usage(
          "%s: '%s' is no option of 'lorax %s'%s"
              .formatted(file, name, spec.name(), NearestOption.hint(name, spec)));
    }
    return option;
  }

  private static boolean isGiven(OptionSpec option, String... words) {
    return List.of(option.names()).stream().anyMatch(name -> isGiven(name, words));
  }

  private static boolean isGiven(String name, String... words) {
    return List.of(words).stream()
        .anyMatch(word -> word.equals(name) || word.startsWith(name + "="));
  }

  private static Optional<String> value(String name, String... words) {
    for (int i = 0; i < words.length; i++) {
      if (words[i].startsWith(name + "=")) {
        return Optional.of(words[i].substring(name.length() + 1));
      }
      if (words[i].equals(name) && i + 1 < words.length) {
        return Optional.of(words[i + 1]);
      }
    }
    return Optional.empty();
  }
}
