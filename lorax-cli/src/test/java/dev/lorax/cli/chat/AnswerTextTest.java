package dev.lorax.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerTextTest {
  @Test
  void givesBlanksOnlyOnceSomethingFollowsThem() {
    AnswerText text = new AnswerText();
    assertThat(text.add(" \n")).isEmpty();
    assertThat(text.add(" I be")).isEqualTo("I be");
    assertThat(text.add(" ")).isEmpty();
    assertThat(text.add("a cook.\n")).isEqualTo(" a cook.");
    assertThat(text.whole()).isEqualTo("I be a cook.");
  }
}
