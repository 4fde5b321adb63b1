package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Terminals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @Test
  void aWrongValueIsToldWithTheRecipeItComesFrom(@TempDir Path folder) throws IOException {
    Path recipe = Files.writeString(folder.resolve("my.yaml"), "rank: many\nsteps: [1, 2]\n");
    Lorax.run("train", "--recipe", recipe)
        .failed(2, "error: %s, 'rank': Invalid value for option '--rank'".formatted(recipe));
    Lorax.run("train", "--recipe", recipe, "--rank", "few")
        .failed(2, "error: Invalid value for option '--rank'");
    Lorax.run("generate", "--recipe", folder.resolve("none")).failed(2, "error: Missing required");
    Files.writeString(recipe, "rank: 4\n");
    Lorax.run("train", "--recipe", recipe, "--out", "x")
        .failed(2, "error: Missing required option");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "generate",
        "inspect",
        "merge",
        "classify",
        "pull",
        "bench",
        "bench train",
        "bench decode",
        "bench prefill",
        "bench start"
      })
  void everyCommandExplainsItselfWithAnExample(String command) {
    Lorax help = Lorax.run((Object[]) (command + " --help").split(" ")).ok();
    assertThat(help.out()).contains("Example:", "lorax " + command).doesNotContain("\033[");
    assertThat(help.err()).isEmpty();
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void aModelThatChoosesClassesIsRefusedByWhatWrites(@TempDir Path folder) throws IOException {
    Path bert = Path.of("..", "lorax-library/src/test/resources/golden/classifiers/bert-lora");
    String refusal = "chooses a class (calm, breeze, storm) and predicts no tokens";
    Path text = Files.writeString(folder.resolve("text.txt"), "a calm sea");
    Lorax.run("generate", "--model", bert, "--prompt", "a").failed(1, refusal);
    Lorax.run("eval", "--model", bert, "--data", text).failed(1, refusal, "use 'lorax classify'");
  }

  @Test
  void helpListsTheCommandsAndHidesTheLaunchersOwn() {
    assertThat(Lorax.run("--help").ok().out())
        .contains("train", "generate", "inspect", "merge", "pull", "bench", "Exit codes")
        .doesNotContain("warm-up");
  }

  @Test
  void noCommandIsWrongUsage() {
    Lorax run = Lorax.run();
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("error: name a command").contains("Usage: lorax");
  }

  @Test
  void aWrongOptionIsWrongUsage() {
    Lorax.run("train", "--rank", "many").failed(2, "--rank", "lorax train --help");
    Lorax.run("tarin").failed(2, "tarin");
  }

  @Test
  void anOptionThatIsGivenTwiceIsWrongUsage() {
    String[] train = {"train", "--model", "m", "--data", "d", "--out", "o"};
    String[] twice = {"--rank", "3", "--alpha", "1", "--rank", "4"};
    Object[] both = Stream.of(train, twice).flatMap(Stream::of).toArray();
    Lorax.run(both).failed(2, "'--rank' should be specified only once", "lorax train --help");
    Lorax.run("generate", "--model", "m", "--json", "-n", 3, "--seed", 1, "-n", 4)
        .failed(2, "'--max-tokens' should be specified only once");
    Lorax.run("generate", "--model", "no", "-p", "a", "--stop", "x", "--seed", 1, "--stop", "y")
        .failed(1, "no such folder");
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(Lorax.run("--version").ok().out()).startsWith("lorax ").hasLineCount(1);
  }

  @Test
  void aDemoOfNoStepsIsWrongUsage(@TempDir Path folder) {
    Path out = folder.resolve("out");
    Lorax.run("demo", "--steps", 0, "--out", out).failed(2, "--steps must be at least 1");
    assertThat(out).doesNotExist();
  }

  @Test
  void theLaunchersWarmUpWorks() {
    assertThat(Lorax.run("warm-up").ok().out()).isEmpty();
  }

  @Test
  void aBugSaysSoAndShowsItsTraceOnDemandOnly() {
    assertThat(report(new IllegalStateException("odd"), false))
        .isEqualTo(
            "error: this is a bug in lorax: java.lang.IllegalStateException: odd;"
                + " run again with --verbose and report it\n");
    assertThat(report(new IllegalStateException("odd"), true)).contains("\tat dev.lorax.cli");
    assertThat(report(Failure.of("no\n luck"), false)).isEqualTo("error: no luck\n");
  }

  @Test
  void tooLittleMemoryNamesTheRemedy() {
    assertThat(report(new OutOfMemoryError("Java heap space"), false)).contains("--batch-size");
  }

  private static String report(Throwable thrown, boolean verbose) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true);
    Console console = new Console(InputStream.nullInputStream(), stream, stream, Terminals.NONE);
    assertThat(new Errors(console, () -> verbose).report(thrown)).isEqualTo(1);
    return err.toString().replace("\r\n", "\n");
  }
}
