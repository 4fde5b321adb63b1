package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.chat.Rendered;
import dev.lorax.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodedFileTest {
  private static final EncodingOptions TEN = EncodingOptions.limit(10);

  @TempDir Path folder;

  private DataFile write(String content) throws IOException {
    return DataFile.open(Files.writeString(folder.resolve("a.jsonl"), content));
  }

  private Tokenizer tokenizer() {
    return TokenizerFolder.open("llama3_split", folder, "{\"eos_token\": \"<|endoftext|>\"}");
  }

  @Test
  void badSamplesGiveNoExampleAndAreCountedOnce() throws IOException {
    String good = "{\"text\": \"a tree\"}\n";
    String lines =
        good
            + "oh\n"
            + good
            + "{\"text\": \"%s\"}\n".formatted("a ".repeat(50))
            + "{\"text\": \"\"}\n";
    try (Tokenizer tokenizer = tokenizer();
        DataFile data = write(lines)) {
      EncodedFile file = new EncodedFile(data, new SampleEncoder(tokenizer, Optional.empty(), TEN));
      TokenStatistics statistics = new TokenStatistics();
      for (int epoch = 0; epoch < 2; epoch++) {
        IntStream.range(0, file.count()).parallel().forEach(i -> statistics.add(file.examples(i)));
      }
      assertThat(file.findings())
          .hasToString(
              "2 dropped: 1 not JSON (line 2: is not a JSON object: it must begin with {), 1 with an empty text (line 5);"
                  + " 1 cut at the limit (20%, line 4)");
      assertThat(statistics.samples()).isEqualTo(10);
      assertThat(statistics.dropped()).isEqualTo(4);
      assertThat(file.length(3)).isGreaterThan(file.length(0));
      assertThat(file.examples(0).get(0).tokens()).isEqualTo(file.examples(2).get(0).tokens());
    }
  }

  @Test
  void aConversationThatTheTemplateRefusesIsDropped() throws IOException {
    String chat = "{\"messages\": [{\"role\": \"assistant\", \"content\": \"Hello\"}]}\n";
    try (Tokenizer tokenizer = tokenizer();
        DataFile data = write(chat)) {
      SampleEncoder.Writer refusing =
          (talk, answers) -> {
            throw new IllegalArgumentException("roles must alternate");
          };
      EncodedFile file =
          new EncodedFile(data, new SampleEncoder(tokenizer, TEN, Optional.of(refusing)));
      assertThat(file.examples(0)).isEmpty();
      assertThat(file.findings().details()).containsExactly("line 1: roles must alternate");
      assertThat(file.findings())
          .hasToString("1 dropped: 1 refused by the chat template (line 1: roles must alternate)");
    }
  }

  @Test
  void conversationsWithoutATemplateAreAnErrorBeforeTheFirst() throws IOException {
    String chat = "{\"messages\": [{\"role\": \"assistant\", \"content\": \"Hello\"}]}\n";
    try (Tokenizer tokenizer = tokenizer();
        DataFile data = write(chat)) {
      SampleEncoder encoder = new SampleEncoder(tokenizer, Optional.empty(), TEN);
      assertThatThrownBy(() -> new EncodedFile(data, encoder))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("a.jsonl: ", "chat messages", "name a template file");
      SampleEncoder chatting =
          new SampleEncoder(
              tokenizer, TEN, Optional.of((talk, answers) -> new Rendered("a", List.of())));
      assertThat(new EncodedFile(data, chatting).count()).isEqualTo(1);
    }
  }
}
