package dev.lorax.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.parity.Fixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The guide of supported models is made from the registry: a row for each type, from the first
 * sentence of its class and the fixtures that it is held against.
 */
class SupportedModelsTest {
  private static final Path GUIDE = Path.of("../docs/guides/supported-models.md");
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path MADE = Path.of("target/supported-models.md");

  /** A class's comment up to its first gap. */
  private static final Pattern COMMENT =
      Pattern.compile("/\\*\\*\n \\* (.*?)\n \\*/?\n", Pattern.DOTALL);

  private static final Pattern SENTENCE = Pattern.compile("(.*?)\\.(?= [A-Z]|$)");

  /** A paper, with what stands in brackets after its names, and what is particular about it. */
  private static final Pattern PAPER = Pattern.compile("((?:\\([^)]*\\)|[^:])*): (.*)");

  private static final String INTRODUCTION =
      """
      # Supported models

      Made from the registry by `SupportedModelsTest`, which fails when this page is out of date. A checkpoint is supported if the
      `model_type` of its `config.json` stands here. Every type is held against transformers and PEFT, with logits, gradients, five
      optimiser steps, merged weights and, but for classifiers, decoded tokens, in the folders named, which lie in
      `lorax-library/src/test/resources/golden/`.

      What Lorax makes of a folder:

      ```sh
      ./lorax inspect --model demo/base
      ```

      Targets are what PEFT adapts unless told otherwise, in Lorax's names; where PEFT knows none, they are query and value.

      | model_type | paper | notes | default targets | parity |
      |---|---|---|---|---|
      """;

  @Test
  void theGuideIsMadeFromTheRegistry() throws IOException {
    Files.writeString(MADE, page());
    assertThat(Files.exists(GUIDE) ? Files.readString(GUIDE) : "")
        .as("the guide is out of date: cp lorax-library/target/supported-models.md docs/guides/")
        .isEqualTo(page());
  }

  @Test
  void everyTypeHasAParityFixture() {
    assertThat(fixtures().keySet()).containsAll(Architecture.KNOWN.keySet());
  }

  private static TreeMap<String, List<Fixture>> fixtures() {
    return Stream.concat(Fixture.all().stream(), Fixture.classifiers().stream())
        .collect(
            Collectors.groupingBy(SupportedModelsTest::type, TreeMap::new, Collectors.toList()));
  }

  private static String type(Fixture fixture) {
    return fixture.json("config.json").get("model_type").textValue();
  }

  private static String page() {
    TreeMap<String, List<Fixture>> fixtures = fixtures();
    return INTRODUCTION
        + new TreeSet<>(Architecture.KNOWN.keySet())
            .stream().map(type -> row(type, fixtures.get(type))).collect(Collectors.joining());
  }

  private static String row(String type, List<Fixture> fixtures) {
    Path config = fixtures.get(0).folder().resolve("config.json");
    Architecture architecture = Architecture.of(ModelConfig.read(config));
    String source = source(architecture.getClass());
    Matcher paper = PAPER.matcher(sentence(source));
    boolean isSplit = paper.matches();
    String unknown = "PEFT names no default targets for ";
    boolean isUnknown =
        source.contains(unknown + "it") || source.contains(unknown + "{@code %s}".formatted(type));
    return "| `%s` | %s | %s | %s%s | %s |\n"
        .formatted(
            type,
            isSplit ? paper.group(1) : sentence(source),
            isSplit ? paper.group(2) : "",
            String.join(", ", architecture.defaultTargets()),
            isUnknown ? " (PEFT has none)" : "",
            fixtures.stream().map(SupportedModelsTest::place).collect(Collectors.joining(", ")));
  }

  private static String place(Fixture fixture) {
    return GOLDEN.relativize(fixture.folder()).toString().replace('\\', '/');
  }

  private static String sentence(String source) {
    Matcher comment = COMMENT.matcher(source);
    assertThat(comment.find()).as(source).isTrue();
    String text = comment.group(1).replaceAll("\n \\* ", " ").replace("&amp;", "&");
    Matcher sentence = SENTENCE.matcher(text);
    assertThat(sentence.find()).as(text).isTrue();
    return sentence.group(1);
  }

  private static String source(Class<?> type) {
    try {
      String file = type.getName().replace('.', '/') + ".java";
      return Files.readString(Path.of("src/main/java").resolve(file));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
