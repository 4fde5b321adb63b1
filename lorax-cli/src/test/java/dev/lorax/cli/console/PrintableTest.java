package dev.lorax.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void replacesWhatSteersATerminalAndNothingElse() {
    assertThat(Printable.of("a\033[31mb\u009B2Jc\rd\7"))
        .isEqualTo("a\uFFFD[31mb\uFFFD2Jc\uFFFDd\uFFFD");
    assertThat(Printable.of("äöü 😀\n\tx")).isEqualTo("äöü 😀\n\tx");
  }
}
