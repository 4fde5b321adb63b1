package dev.lorax.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TextStreamTest {
  static final List<String> NAMES = Tokenizers.NAMES;

  @ParameterizedTest
  @FieldSource("NAMES")
  void thePiecesOfEachCaseAreItsText(String name) {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder(name))) {
      for (Tokenizers.Case each : Tokenizers.cases(name)) {
        List<String> pieces = pieces(tokenizer.stream(), each.ids());
        assertThat(String.join("", pieces)).isEqualTo(each.decoded());
        assertThat(pieces).as(each.text()).noneMatch(piece -> piece.contains("\uFFFD"));
      }
    }
  }

  @Test
  void aCharacterOfSeveralTokensComesWholeAndAtOnce() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      List<String> pieces = pieces(tokenizer.stream(), tokenizer.encode("🦙🚀a"));
      assertThat(pieces).containsExactly("", "", "🦙", "", "", "🚀", "a", "");
    }
  }

  @Test
  void anUnfinishedCharacterComesAtTheEndAsTransformersShowsIt() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      int[] ids = tokenizer.encode("a🦙");
      int[] cut = Arrays.copyOf(ids, ids.length - 1);
      assertThat(pieces(tokenizer.stream(), cut)).containsExactly("a", "", "", "\uFFFD");
    }
  }

  @Test
  void specialTokensGiveNoText() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      assertThat(pieces(tokenizer.stream(), new int[] {0, 40, 0, 269, 9999}))
          .containsExactly("", "H", "", "el", "", "");
    }
  }

  @Test
  void whatFollowsOtherIdsKeepsItsLeadingSpace() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("llama2_bytefallback"))) {
      int[] world = {tokenizer.id("▁t").orElseThrow()};
      assertThat(pieces(tokenizer.stream(), world)).containsExactly("t", "");
      assertThat(pieces(tokenizer.streamAfter(tokenizer.encode("Hello")), world))
          .containsExactly(" t", "");
      assertThat(pieces(tokenizer.streamAfter(new int[0]), world)).containsExactly("t", "");
    }
  }

  @Test
  void anEndOfLineBeforeItIsNotGivenAgain(@TempDir Path folder) {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.withVisibleBytes(folder))) {
      int word = tokenizer.id("▁t").orElseThrow();
      int[] before = {word, tokenizer.id("<0x0A>").orElseThrow()};
      int[] own = {word};
      assertThat(pieces(tokenizer.streamAfter(before), own)).containsExactly(" t", "");
    }
  }

  @Test
  void afterItsEndAStreamBeginsAnew() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("llama2_bytefallback"))) {
      TextStream stream = tokenizer.stream();
      int[] ids = tokenizer.encode("Hello world");
      assertThat(String.join("", pieces(stream, ids))).isEqualTo("Hello world");
      assertThat(String.join("", pieces(stream, ids))).isEqualTo("Hello world");
      assertThat(stream.finish()).isEmpty();
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void whatIsKeptDoesNotGrowWithTheText(String name) {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder(name))) {
      int[] ids = tokenizer.encode("The trees 你好 🦙 grow.   \n".repeat(100));
      assertThat(mostKept(tokenizer, ids)).isLessThan(12);
    }
  }

  @Test
  void bytesThatNeverBecomeACharacterAreNotKept() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      int bad = tokenizer.id("ÿ").orElseThrow(); // byte 0xFF
      int[] ids = IntStream.range(0, 500).map(i -> bad).toArray();
      assertThat(mostKept(tokenizer, ids)).isLessThan(4);
      assertThat(String.join("", pieces(tokenizer.stream(), ids))).isEqualTo("\uFFFD".repeat(500));
    }
  }

  @Test
  void spacesAtTheBeginningAreNotKept() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("llama2_bytefallback"))) {
      int space = tokenizer.id("▁").orElseThrow();
      int[] ids = IntStream.range(0, 500).map(i -> space).toArray();
      assertThat(mostKept(tokenizer, ids)).isLessThan(8);
      assertThat(String.join("", pieces(tokenizer.stream(), ids))).isEqualTo(" ".repeat(499));
    }
  }

  @Test
  void aTokenWithoutTextDoesNotSwallowTheSpaceAfterIt(@TempDir Path folder) {
    Tokenizers.changed(
        "llama2_bytefallback",
        folder,
        json -> ((ObjectNode) json.get("model").get("vocab")).put("", 1200));
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      int word = tokenizer.id("▁t").orElseThrow();
      assertThat(pieces(tokenizer.stream(), new int[] {word, 1200, word, 1200}))
          .containsExactly("t", "", " t", "", "");
    }
  }

  private static int mostKept(Tokenizer tokenizer, int[] ids) {
    TextStream stream = tokenizer.stream();
    int most = 0;
    for (int id : ids) {
      stream.next(id);
      most = Math.max(most, stream.kept());
    }
    return most;
  }

  static List<String> pieces(TextStream stream, int[] ids) {
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(stream.next(id));
    }
    pieces.add(stream.finish());
    return pieces;
  }
}
