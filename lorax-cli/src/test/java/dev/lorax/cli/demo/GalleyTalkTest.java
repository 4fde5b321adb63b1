package dev.lorax.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GalleyTalkTest {
  @Test
  void theShippedFileIsWhatTheGeneratorWrites() throws IOException {
    try (InputStream in = GalleyTalk.class.getResourceAsStream(GalleyTalk.RESOURCE)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(GalleyTalk.write(GalleyTalk.SEED, GalleyTalk.SIZE));
    }
  }

  @Test
  void peopleAskAndTheCookAnswersInHisOwnSpelling() throws IOException {
    for (String line : GalleyTalk.write(3, 1000).split("\n")) {
      List<String> roles = new ArrayList<>();
      for (JsonNode message : new ObjectMapper().readTree(line).get("messages")) {
        roles.add(message.get("role").asText());
        String content = message.get("content").asText();
        assertThat(content).matches(Pattern.compile("[\\x20-\\x7E]+"));
        assertThat(content).doesNotContainPattern("[{}()|]|\\b[Aa] [aeio](?!ne)|[.!?] [a-z]|  ");
        if (roles.size() % 2 == 0) {
          assertThat(content)
              .doesNotContainPattern("\\b(and|And|my|My|you|You|your|are|is|of|for)\\b");
        }
      }
      assertThat(
              Set.of(
                  List.of("user", "assistant"), List.of("user", "assistant", "user", "assistant")))
          .contains(roles);
    }
  }

  @Test
  void everyRuleOfTheTalkIsUsed() {
    assertThat(GrammarTest.unreachable(GalleyTalk.grammar(), "talk", "entry", "last-entry"))
        .isEmpty();
  }
}
