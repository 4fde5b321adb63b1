package dev.lorax.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.DamagedJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged tokenizer_config.json gives one line or templates, never another exception. */
class TemplateFolderFuzzTest {
  private static final int CASES = Integer.getInteger("lorax.fuzz", 1000);

  @TempDir Path folder;

  @Test
  void damagedConfigsAreToldInOneLine() throws IOException {
    Path file = folder.resolve("tokenizer_config.json");
    Files.writeString(
        file,
        "{\"eos_token\":{\"content\":\"</s>\"},\"pad_token\":\"a\",\"chat_template\":"
            + "[{\"name\":\"default\",\"template\":\"{{ messages }}\"},"
            + "{\"name\":\"tool_use\",\"template\":\"{{ tools }}\"}]}");
    int read =
        new DamagedJson(file, 1 << 20, IllegalArgumentException.class)
            .read(
                CASES,
                () -> {
                  TemplateFolder templates = new TemplateFolder(folder);
                  templates.specialTokens();
                  templates.templates();
                });
    assertThat(read).isBetween(CASES / 20, CASES);
  }
}
