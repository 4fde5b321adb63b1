package dev.lorax.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.cli.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class RecipeTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void choose() {
    file = folder.resolve("recipe.yaml");
  }

  @Command(name = "lorax")
  static final class Root {}

  @Command(name = "train")
  static final class Train {
    @Option(names = "--recipe")
    Path recipe;

    @Option(names = "--resume")
    Path resume;

    @Option(names = "--out")
    Path out;

    @Option(names = "--data")
    List<Path> data;

    @ArgGroup(exclusive = false, validate = false)
    Group group = new Group();

    static final class Group {
      @Option(names = {"-r", "--rank"})
      int rank = 8;

      @Option(names = "--learning-rate")
      double learningRate = 3e-4;

      @Option(names = "--targets", split = ",")
      List<String> targets;

      @Option(names = "--consecutive")
      boolean consecutive;
    }
  }

  private final Train train = new Train();
  private final CommandLine line = new CommandLine(new Root()).addSubcommand(train);

  private void parse(String... words) {
    line.parseArgs(RecipeArguments.expand(line, words));
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  @Test
  void aRecipeIsAsGoodAsItsOptions() throws IOException {
    write(
        """
        # what we found best
        rank: 4
        learning-rate: 1e-3
        data: [a.jsonl, "b c.jsonl"]
        targets:
          - query
          - ffn.up
        consecutive: true
        """);
    parse("train", "--recipe", file.toString());
    assertThat(train.group.rank).isEqualTo(4);
    assertThat(train.group.learningRate).isEqualTo(1e-3);
    assertThat(train.data).containsExactly(Path.of("a.jsonl"), Path.of("b c.jsonl"));
    assertThat(train.group.targets).containsExactly("query", "ffn.up");
    assertThat(train.group.consecutive).isTrue();
  }

  @Test
  void theCommandLineWins() throws IOException {
    write("rank: 4\ndata: [a, b]\nconsecutive: true\nlearning-rate: 0.5\n");
    parse("train", "--recipe=" + file, "-r", "2", "--data", "c", "--consecutive=false");
    assertThat(train.group.rank).isEqualTo(2);
    assertThat(train.data).containsExactly(Path.of("c"));
    assertThat(train.group.consecutive).isFalse();
    assertThat(train.group.learningRate).isEqualTo(0.5);
  }

  @Test
  void resumingTakesTheRecipeInTheFolder() throws IOException {
    write("rank: 3\n");
    parse("train", "--resume", folder.toString());
    assertThat(train.group.rank).isEqualTo(3);
    assertThat(train.out).isEqualTo(folder);
  }

  @Test
  void whatARunWasGivenComesBackFromItsRecipe() throws IOException {
    parse("train", "--rank", "5", "--data", "/x/a.jsonl", "--data", "/x/b", "--targets", "p,q");
    CommandLine command = line.getSubcommands().get("train");
    Recipe recipe = Recipe.of(command.getCommandSpec(), Set.of("out", "recipe", "resume"));
    assertThat(recipe.of("rank")).containsExactly("5");
    assertThat(recipe.of("data")).containsExactly("/x/a.jsonl", "/x/b");
    assertThat(recipe.of("targets")).containsExactly("p", "q");
    assertThat(recipe.of("learning-rate")).containsExactly("3.0E-4");
    recipe.write(file);
    assertThat(Recipe.read(file)).isEqualTo(recipe);
    assertThat(recipe.differences(new Recipe(Map.of("rank", List.of("5"), "more", List.of()))))
        .contains("data", "targets", "learning-rate")
        .doesNotContain("rank", "more");
  }

  @Test
  void everyTextComesBackAsItWas() {
    List<String> texts =
        List.of(
            "1.50", "1_000", "1e3", "0x1F", "+5", "true", "no", "~", "", "a: b", "#x", "ä \"q\"");
    Recipe recipe = new Recipe(Map.of("sample", texts, "one", List.of("007")));
    recipe.write(file);
    assertThat(Recipe.read(file)).isEqualTo(recipe);
  }

  @Test
  void optionsOfLoraxItselfMayComeFirst() throws IOException {
    write("rank: 4\n");
    assertThat(RecipeArguments.expand(line, "--verbose", "train", "--recipe", file.toString()))
        .contains("--rank=4");
  }

  @Test
  void namesThatAreNoOptionsAreToldWithTheNearest() throws IOException {
    write("ranks: 4\n");
    refused("recipe.yaml: 'ranks' is no option of 'lorax train'", "did you mean", "rank");
    write("rnak: 4\n");
    refused("'rnak' is no option of 'lorax train'; did you mean rank?");
    write("learning_rate: 4\n");
    refused("did you mean learning-rate?");
    write("r: 4\n");
    refused("'r' is no option of 'lorax train'; did you mean rank?");
    write("nothing-like-it: 4\n");
    assertThatThrownBy(() -> parse("train", "--recipe", file.toString()))
        .hasMessageEndingWith("is no option of 'lorax train'");
  }

  @Test
  void whatIsNoRecipeIsTold() throws IOException {
    write("- a\n- b\n");
    refused("is no recipe");
    write("rank: [1\nb: 2");
    refused("recipe.yaml, line ", "is not YAML");
    write("rank: {a: 1}\n");
    refused("'rank' needs a value");
    write("rank: 4\nout: x\nrank: 8\n");
    refused("recipe.yaml, line 3: 'rank' is given twice");
    Files.delete(file);
    refused("no such file");
    Files.createDirectory(file);
    refused("recipe.yaml is a folder: give a recipe in YAML");
    Files.createFile(file.resolve("recipe.yaml"));
    refused("recipe.yaml is a folder: give the recipe in it, " + file.resolve("recipe.yaml"));
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> parse("train", "--recipe", file.toString()))
        .isInstanceOf(Failure.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void otherCommandsHaveNoRecipe() {
    assertThat(RecipeArguments.expand(line, "other", "--recipe", "none"))
        .containsExactly("other", "--recipe", "none");
    assertThat(RecipeArguments.expand(line)).isEmpty();
  }
}
