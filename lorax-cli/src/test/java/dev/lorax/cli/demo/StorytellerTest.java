package dev.lorax.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StorytellerTest {
  private static List<String> stories(long seed, int count) {
    return Stream.generate(new Storyteller(seed)::next).limit(count).toList();
  }

  @Test
  void theSameSeedTellsTheSameStories() {
    assertThat(stories(5, 50)).isEqualTo(stories(5, 50));
    assertThat(stories(5, 50)).doesNotContainAnyElementsOf(stories(6, 50));
  }

  @Test
  void noTwoOfAThousandStoriesAreEqualEvenFromTwoTellers() {
    assertThat(stories(1, 1_000)).doesNotHaveDuplicates();
    assertThat(stories(1, 1_000)).doesNotContainAnyElementsOf(stories(2, 1_000));
  }

  @Test
  void mostSentencesOfAThousandStoriesAreNew() {
    List<String> stories = stories(1, 1_000);
    List<String> sentences =
        stories.stream().flatMap(s -> Arrays.stream(s.split("(?<=[.!?]\"?)\\s+"))).toList();
    assertThat((double) new HashSet<>(sentences).size() / sentences.size()).isGreaterThan(0.5);
  }

  @Test
  void everyStoryIsCleanEnglishProse() {
    assertThat(stories(2, 2_000))
        .allSatisfy(
            story -> {
              assertThat(story).matches(Pattern.compile("[\\x20-\\x7E\n]+"));
              assertThat(story).doesNotContainPattern("[{}()|/_<>\\[\\]]|  | \n|\n\n\n| [.,!?]");
              assertThat(story).doesNotContainPattern("\\b[Aa] [aeio](?!ne)|[.!?] [a-z]");
              assertThat(story).matches(Pattern.compile("[A-Z\"].*[.!?]\"?", Pattern.DOTALL));
              assertThat(story.chars().filter(c -> c == '"').count()).isEven();
              assertThat(story.length()).isBetween(300, 2_000);
            });
  }

  @Test
  void theHeroAndTheFriendShareNeitherNameNorPronoun() {
    Grammar grammar = Storyteller.grammar();
    for (int seed = 0; seed < 500; seed++) {
      Telling telling = new Telling(grammar, new Random(seed));
      telling.tell("cast");
      assertThat(telling.fact("n")).isNotEqualTo(telling.fact("f"));
      assertThat(telling.fact("n.he")).isNotEqualTo(telling.fact("f.he"));
    }
  }

  @Test
  void aCorpusHasTheSizeAskedForAndEndsEachStory() {
    String corpus = Storyteller.corpus(3, 20_000);
    assertThat(corpus.length()).isBetween(20_000, 23_000);
    assertThat(corpus).endsWith(BpeModel.END_OF_TEXT);
  }
}
