package dev.lorax.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
  private static final String CORPUS = Storyteller.corpus(1, 1_000_000);
  private static final BpeModel MODEL = BpeTrainer.train(CORPUS, 1024);

  @TempDir static Path folder;
  private static HuggingFaceTokenizer tokenizer;

  @BeforeAll
  static void write() throws IOException {
    TokenizerFolder.write(folder, MODEL, 512);
    // Without these options DJL cuts a text at 512 tokens.
    tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(folder)
            .optTruncation(false)
            .optPadding(false)
            .build();
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void theSameCorpusGivesTheSameVocabulary() {
    assertThat(BpeTrainer.train(CORPUS, 1024)).isEqualTo(MODEL);
  }

  @Test
  void theVocabularyHasTheSizeAskedForAndBeginsWithTheEndOfText() {
    assertThat(MODEL.tokens()).hasSize(1024).doesNotHaveDuplicates().startsWith("<|endoftext|>");
    assertThat(MODEL.tokens().subList(1, 257)).isEqualTo(ByteAlphabet.letters());
    assertThat(MODEL.tokens()).contains("Ġthe", "Ġfox", ".");
  }

  @Test
  void theFirstMergesAreTheMostFrequentPairsAndTiesGoToTheLowerIds() {
    BpeModel model = BpeTrainer.train("abab abab xyz<|endoftext|>xyz", 260);
    assertThat(model.merges()).containsExactly("a b", "x y", "ab ab");
  }

  @Test
  void trainingStopsWhenNothingIsLeftToMerge() {
    assertThat(BpeTrainer.train("aa", 1024).tokens()).hasSize(258);
    assertThatThrownBy(() -> BpeTrainer.train("aa", 100)).hasMessageContaining("257");
  }

  @Test
  void huggingFacesTokenizerReadsBackWhatItEncodes() {
    for (String text :
        List.of(
            Storyteller.corpus(77, 5_000),
            LogBook.write(77, 5_000),
            "  spaces \t\n\n and tabs, caf\u00e9, \u4f60\u597d \ud83e\udd8a and 12:45<|endoftext|>")) {
      long[] ids = tokenizer.encode(text).getIds();
      assertThat(tokenizer.decode(ids, false)).isEqualTo(text);
      assertThat(LongStream.of(ids)).allMatch(id -> id >= 0 && id < 1024);
    }
  }

  @Test
  void theEndOfTextIsOneTokenAndNothingIsAddedToAText() {
    assertThat(tokenizer.encode("<|endoftext|>").getIds()).containsExactly(0);
    String fox = "One morning, the fox";
    assertThat(tokenizer.encode(fox).getIds()).doesNotContain(0);
  }

  @Test
  void aTokenIsAboutThreeBytesOfAStory() {
    String text = Storyteller.corpus(99, 50_000);
    double bytes = (double) text.length() / tokenizer.encode(text).getIds().length;
    assertThat(bytes).isBetween(2.8, 3.6);
  }
}
