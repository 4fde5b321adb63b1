package dev.lorax.cli.demo;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Random;
import java.util.Set;

/**
 * Tells short children's stories in plain English, one after another, never the same twice.
 *
 * <p>The stories are the pre-training corpus of the demo's base model. Each has a beginning, a
 * problem, an attempt and a resolution, and keeps its names and pronouns to the end, so that a very
 * small model can learn from them what coherence is. The same seed tells the same stories.
 */
public final class Storyteller implements Iterator<String> {
  private static final Grammar GRAMMAR =
      Grammar.read(
          "stories-cast.txt",
          "stories-scenes.txt",
          "stories-details.txt",
          "stories-home.txt",
          "stories-friends.txt",
          "stories-outdoors.txt");

  private final Random random;
  private final Set<String> told = new HashSet<>();

  /** Creates a storyteller whose stories follow from {@code seed} alone. */
  public Storyteller(long seed) {
    this.random = new Random(seed);
  }

  /** Returns true: there is always another story. */
  @Override
  public boolean hasNext() {
    return true;
  }

  /** Returns a story that this storyteller has not told before: paragraphs set apart by blanks. */
  @Override
  public String next() {
    String story;
    do {
      story = new Telling(GRAMMAR, random).tell("story");
    } while (!told.add(story));
    return story;
  }

  /**
   * Returns at least {@code characters} characters of stories, each followed by {@link
   * BpeModel#END_OF_TEXT}.
   *
   * <p>The text is ASCII, so that this is also its size in bytes.
   */
  public static String corpus(long seed, int characters) {
    Storyteller teller = new Storyteller(seed);
    StringBuilder corpus = new StringBuilder(characters + 2_000);
    while (corpus.length() < characters) {
      corpus.append(teller.next()).append(BpeModel.END_OF_TEXT);
    }
    return corpus.toString();
  }

  static Grammar grammar() {
    return GRAMMAR;
  }
}
