package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An option that would do nothing is refused, wherever it comes from. */
class IdleOptionsTest {
  @TempDir Path folder;
  private Clinic clinic;
  private Path text;
  private Path out;

  @BeforeEach
  void makeFiles() throws IOException {
    clinic = new Clinic(folder);
    text = TinyModel.text(folder);
    out = folder.resolve("out");
  }

  private Lorax train(Path data, Object... more) {
    List<Object> all = new ArrayList<>(List.of("--out", out, "--steps", 2, "--sample", ""));
    all.addAll(List.of(more));
    return clinic.run("train", data, all.toArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--answers=last",
        "--learn-prompts",
        "--as-chat",
        "--too-long=cut",
        "--chat-template=x",
        "--fields=text",
        "--group-by-length"
      })
  void whatNeedsSamplesIsRefusedForAText(String option) throws IOException {
    String name = option.replaceFirst("=.*", "");
    train(text, option).failed(2, name + " would do nothing here", "text.txt is one plain text");
    Path recipe = folder.resolve("recipe.yaml");
    String[] parts = option.substring(2).split("=");
    Files.writeString(recipe, parts[0] + ": " + (parts.length > 1 ? parts[1] : "true"));
    train(text, "--recipe", recipe).failed(2, name + " would do nothing here", "of the recipe too");
    assertThat(clinic.findings(text, option))
        .anyMatch(line -> line.startsWith("error data: " + name + " would do nothing here"));
    assertThat(out).doesNotExist();
  }

  @Test
  void measuringRefusesTheSame() {
    clinic
        .run("eval", text, "--answers", "all", "--fields", "a")
        .failed(2, "--answers, --fields would do nothing here", "text.txt is one plain text");
    clinic
        .run("eval", clinic.chats(3), "--max-tokens", 9)
        .failed(2, "--max-tokens would do nothing without --exact-match");
  }

  @Test
  void whatNeedsATextIsRefusedForSamples() {
    train(clinic.chats(9), "--consecutive")
        .failed(2, "--consecutive would do nothing here", "chats.jsonl holds samples");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'text': 'a b'} | --answers=all,--as-chat,--learn-prompts | texts",
        "{'prompt': 'a', 'completion': 'b'} | --answers=last | prompts and completions",
        "{'messages': [{'role': 'assistant', 'content': 'a'}]} | --as-chat | chat messages",
        "{'instruction': 'a', 'output': 'b'} | --as-chat,--answers=all | Alpaca instructions"
      },
      quoteCharacter = '`')
  void whatNeedsSamplesOfAKindIsRefusedForOthers(String line, String options, String kind) {
    Path data = clinic.lines("data.jsonl", line, line);
    Object[] given = options.split(",");
    String why = " would do nothing here, since the samples are " + kind;
    train(data, given).failed(2, why);
    clinic.run("eval", data, given).failed(2, why);
    for (Object option : given) {
      String name = option.toString().replaceFirst("=.*", "");
      train(data, option).failed(2, name + why);
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void whatNeedsMeasurementsIsRefusedWithoutThem() {
    Path chats = clinic.chats(9);
    train(chats, "--held-out", 0, "--patience", 2).failed(2, "--patience would do nothing here");
    train(chats, "--held-out", 0.001, "--patience", 2)
        .failed(2, "--held-out 0.001 is too small a share to hold anything out", "a larger one");
    train(chats, "--held-out", 0, "--eval-every", 2)
        .failed(2, "--eval-every would do nothing here");
    train(chats, "--held-out", 0, "--result", "best")
        .failed(2, "--result best would do nothing here");
    train(chats, "--held-out", 0.2, "--validation", chats)
        .failed(2, "--held-out would do nothing beside --validation");
    train(chats, "--held-out", 0, "--validation", chats).ok();
  }

  @Test
  void resumingTakesNeitherAFolderNorARecipe() throws IOException {
    train(text, "--window", 16).ok();
    Lorax.run("train", "--resume", out, "--out", folder.resolve("other"))
        .failed(2, "--out would do nothing beside --resume " + out);
    Path recipe = out.resolve("recipe.yaml");
    Lorax.run("train", "--resume", out, "--recipe=" + recipe)
        .failed(2, "--recipe would do nothing beside --resume " + out);
    Path other = Files.writeString(folder.resolve("other.yaml"), "recipe: " + recipe);
    train(text, "--recipe", other).failed(2, "other.yaml: 'recipe' would do nothing in a recipe");
  }

  @Test
  void aRecipeThatARunWroteIsAlwaysTaken() throws IOException {
    for (Path data : List.of(text, clinic.chats(9))) {
      out = folder.resolve("of-" + data.getFileName());
      train(data, "--max-length", 32, "--batch-size", 2).ok();
      Path recipe = out.resolve("recipe.yaml");
      assertThat(recipe).content().doesNotContain("consecutive", "learn-prompts", "answers");
      Path again = folder.resolve("again-" + data.getFileName());
      Lorax.run("train", "--recipe", recipe, "--out", again).ok();
      assertThat(again.resolve("adapter_model.safetensors"))
          .hasSameBinaryContentAs(out.resolve("adapter_model.safetensors"));
      assertThat(again.resolve("recipe.yaml")).hasSameTextualContentAs(recipe);
      Lorax.run("doctor", "--recipe", recipe, "--steps-timed", 0).ok();
    }
  }
}
