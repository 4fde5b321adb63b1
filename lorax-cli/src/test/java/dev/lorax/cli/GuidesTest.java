package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documentation is true: its commands and programs work, its pictures and links are right. */
@Execution(ExecutionMode.CONCURRENT) // much of a document's time is one thread's
class GuidesTest {
  private static final String STEPS =
      "./lorax inspect --model demo/base --graph steps"
          + " --node decoder.blocks.0.self_attention.query";
  private static final List<String> NOT_RUN = List.of("", "xml", "mermaid", "yaml");
  private static final Pattern DEPENDENCY =
      Pattern.compile("<artifactId>(.+?)</artifactId>\\s*<version>(.+?)</version>");

  @TempDir Path folder;

  /** What a user reads to use Lorax. */
  static Stream<Document> guides() throws IOException {
    return Stream.concat(
        Document.under("README.md").stream(), Document.under("docs/guides").stream());
  }

  static Stream<Document> documents() throws IOException {
    return Stream.concat(
        Stream.concat(
            Document.under("README.md").stream(), Document.under("ARCHITECTURE.md").stream()),
        Stream.concat(Document.under("CONTRIBUTING.md").stream(), Document.under("docs").stream()));
  }

  @ParameterizedTest
  @MethodSource("guides")
  void everyCommandAndEveryProgramWorksInOrder(Document document) throws Exception {
    int done = 0;
    try (Reader reader = new Reader(folder)) {
      for (Document.Block block : document.blocks()) {
        if (block.language().equals("java")) {
          reader.program(block.text());
          done++;
        } else if (block.language().equals("sh")) {
          done += commands(reader, block.text());
        } else {
          assertThat(block.language()).as("language of a block that is not run").isIn(NOT_RUN);
        }
      }
    }
    assertThat(document.text().lines().filter(line -> line.strip().startsWith("```")))
        .as("fences, of which every two make a block")
        .hasSize(2 * document.blocks().size());
    assertThat(done).as("commands and programs found").isPositive();
  }

  private static int commands(Reader reader, String block) throws Exception {
    List<String> commands = Document.commands(block);
    for (String command : commands) {
      if (!isRunBeforeEveryLanding(command)) {
        reader.command(command);
      }
    }
    return commands.size();
  }

  /** The README's two commands take a while, and one of them runs this test. */
  private static boolean isRunBeforeEveryLanding(String command) {
    return List.of("./lorax demo", "mvn verify").contains(command);
  }

  @Test
  void theTwoCommandsOfTheReadmeRunBeforeEveryLanding() throws IOException {
    Document readme = Document.read(Document.ROOT.resolve("README.md"));
    assertThat(Document.commands(readme.blocks("sh").get(0)))
        .containsExactly("./lorax demo", "mvn verify");
    assertThat(Files.readAllLines(Document.ROOT.resolve(".ci/run")))
        .contains("mvn -B verify")
        .anyMatch(line -> line.startsWith("./lorax demo"));
  }

  @Test
  void theFivePicturesAreThoseThatTheProgramDraws() throws Exception {
    Document guide = Document.read(Document.ROOT.resolve("docs/guides/how-the-injection-works.md"));
    assertThat(guide.blocks("sh").stream().map(Document::commands)).contains(List.of(STEPS));
    try (Reader reader = new Reader(folder)) {
      assertThat(guide.text()).contains(reader.command(STEPS).out());
    }
    assertThat(guide.blocks("mermaid")).hasSize(5);
  }

  @Test
  void theCoordinatesAreThoseOfTheBuild() throws IOException {
    String parent = Files.readString(Document.ROOT.resolve("pom.xml"));
    String build = Files.readString(Document.ROOT.resolve("lorax-cli/pom.xml"));
    String block =
        Document.read(Document.ROOT.resolve("docs/guides/running.md")).blocks("xml").get(0);
    assertThat(DEPENDENCY.matcher(block).results().map(found -> found.group(1)))
        .containsExactly("lorax", "javacpp", "openblas", "pytorch");
    DEPENDENCY
        .matcher(block)
        .results()
        .forEach(
            found -> {
              String tag = found.group(1).equals("lorax") ? "version" : found.group(1) + ".version";
              assertThat(parent).contains("<%s>%s</%s>".formatted(tag, found.group(2), tag));
            });
    assertThat(build).contains("<classifier>linux-x86_64</classifier>");
    assertThat(block).contains("<classifier>linux-x86_64</classifier>");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyLinkAndImagePointsToSomethingThatIsThere(Document document) {
    assertThat(document.relativeLinks())
        .allSatisfy(link -> assertThat(document.file().resolveSibling(link)).exists());
  }
}
