package dev.lorax.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts and classes come from JSON lines and CSV, or one line says what is wrong. */
class LabelledFileTest {
  private static final List<String> LABELS = List.of("calm", "storm");

  @TempDir Path folder;

  @Test
  void labelsAreNamesOrNumbers() throws IOException {
    Path file =
        file(
            "a.jsonl",
            "{\"text\": \"sea\", \"label\": \"storm\"}\n{\"text\": \"b\", \"label\": 0}");
    assertThat(LabelledFile.of(file).texts(LABELS))
        .containsExactly(LabelledText.of("sea", 1), LabelledText.of("b", 0));
    assertThat(LabelledFile.of(file).labels()).containsExactly("0", "storm");
  }

  @Test
  void aNameThatLooksLikeANumberIsAName() throws IOException {
    Path file = file("a.jsonl", "{\"text\": \"sea\", \"label\": 1}\n");
    assertThat(LabelledFile.of(file).texts(List.of("1", "0")))
        .containsExactly(LabelledText.of("sea", 0));
  }

  @Test
  void whereNamesAreNumbersNoOtherNumberIsAClass() throws IOException {
    Path file = file("a.jsonl", "{\"text\": \"sea\", \"label\": 0}\n");
    assertThatThrownBy(() -> LabelledFile.of(file).texts(List.of("1", "2", "3")))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ", line 1: the label '0' is no class of the model, which has 1, 2, 3");
  }

  @Test
  void tablesAndPairsAreReadToo() throws IOException {
    Path texts = file("a.csv", "text,label\n\"sea, wind\",calm\nmast,storm\n");
    assertThat(LabelledFile.of(texts).texts(LABELS))
        .containsExactly(LabelledText.of("sea, wind", 0), LabelledText.of("mast", 1));
    Path pairs = file("b.csv", "text_a,text_b,label\nsea,wind,1\n");
    assertThat(LabelledFile.of(pairs).texts(LABELS))
        .containsExactly(new LabelledText("sea", Optional.of("wind"), 1));
  }

  @Test
  void fieldsMayHaveOtherNames() throws IOException {
    Path texts = file("a.csv", "sentence,class\nsea,storm\n");
    assertThat(LabelledFile.of(texts).fields("sentence", "class").texts(LABELS))
        .containsExactly(LabelledText.of("sea", 1));
    Path pairs = file("b.csv", "premise,hypothesis,class\nsea,wind,0\n");
    LabelledFile named = LabelledFile.of(pairs).fields("premise", "hypothesis", "class");
    assertThat(named.texts(LABELS))
        .containsExactly(new LabelledText("sea", Optional.of("wind"), 0));
    assertThatThrownBy(() -> named.fields("premise"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a field for the text and one for the label");
  }

  @Test
  void classesThatAreNumbersComeInTheirOrder() throws IOException {
    Path numbers = file("a.csv", "text,label\na,10\nb,2\nc,0\n");
    assertThat(LabelledFile.of(numbers).labels()).containsExactly("0", "2", "10");
    Path more = file("b.csv", "text,label\na,10\nb,many\n");
    assertThat(LabelledFile.labels(List.of(LabelledFile.of(numbers), LabelledFile.of(more))))
        .containsExactly("0", "10", "2", "many");
  }

  @Test
  void labelsMayBeUnknown() throws IOException {
    LabelledFile bare = LabelledFile.of(file("a.jsonl", "{\"text\": \"sea\"}\n"));
    assertThat(bare.isLabelled()).isFalse();
    assertThat(bare.texts()).containsExactly(LabelledText.of("sea"));
    LabelledFile other =
        LabelledFile.of(file("b.jsonl", "{\"text\": \"sea\", \"label\": \"rain\"}\n"));
    assertThat(other.isLabelled()).isTrue();
    assertThat(other.texts()).containsExactly(LabelledText.of("sea"));
    assertThat(other.texts().get(0).isLabelled()).isFalse();
  }

  @Test
  void whatIsWrongIsToldWithItsLine() throws IOException {
    Path unknown =
        file("a.jsonl", "{\"text\":\"a\",\"label\":0}\n{\"text\":\"b\",\"label\":\"rain\"}");
    requireRefused(
        unknown, ", line 2: the label 'rain' is no class of the model, which has calm, storm");
    Path missing = file("b.jsonl", "{\"text\": \"sea\"}\n");
    requireRefused(missing, ", line 1: has no field 'label', only [text]");
    Path list = file("c.jsonl", "{\"text\": \"sea\", \"label\": [0, 1]}\n");
    requireRefused(list, ", line 1: the field 'label' is neither a text nor a number");
    Path score = file("e.jsonl", "{\"text\": \"sea\", \"label\": 0.5}\n");
    requireRefused(
        score,
        ", line 1: the label 0.5 is a number with a fraction, and no class: regression is not"
            + " supported");
    Path other = file("d.jsonl", "{\"sentence\": \"sea\", \"label\": 0}\n");
    requireRefused(other, ", line 1: has no [text], only [sentence, label]");
  }

  private static void requireRefused(Path file, String what) {
    assertThatThrownBy(() -> LabelledFile.of(file).texts(LABELS))
        .isInstanceOf(DataException.class)
        .hasMessage(file + what);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
