package dev.lorax.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LogBookTest {
  @Test
  void theShippedFileIsWhatTheGeneratorWrites() throws IOException {
    try (InputStream in = LogBook.class.getResourceAsStream(LogBook.RESOURCE)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(LogBook.write(LogBook.SEED, LogBook.SIZE));
    }
  }

  @Test
  void anotherSeedWritesAnotherLog() {
    assertThat(LogBook.write(1, 5_000)).isNotEqualTo(LogBook.write(2, 5_000));
  }

  @Test
  void noDayIsToldTwice() {
    List<String> bodies =
        List.of(LogBook.write(LogBook.SEED, LogBook.SIZE).split("\n\n")).stream()
            .filter(paragraph -> !paragraph.startsWith("Supper") && !paragraph.contains(" Wind "))
            .toList();
    assertThat(bodies).hasSizeGreaterThan(150).doesNotHaveDuplicates();
  }

  @Test
  void theCookKeepsToHisOwnSpelling() {
    assertThat(LogBook.write(9, 300_000).split("\n\n")).allSatisfy(LogBookTest::isHisOwn);
  }

  private static void isHisOwn(String log) {
    assertThat(log).matches(Pattern.compile("[\\x20-\\x7E\n]+"));
    assertThat(log).doesNotContainPattern("\\b(and|And|my|My|you|You|your|are|is|of|for)\\b");
    assertThat(log).doesNotContainPattern("\\b(?!(morning|king|string)\\b)[a-z]+ing\\b");
    assertThat(log).doesNotContainPattern("[{}()|]|\\b[Aa] [aeio](?!ne)|[.!?] [a-z]|  ");
  }

  @Test
  void everyRuleOfTheLogIsUsed() {
    assertThat(GrammarTest.unreachable(LogBook.grammar(), "entry", "last-entry")).isEmpty();
  }
}
