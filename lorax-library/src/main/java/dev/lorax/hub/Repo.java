package dev.lorax.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository on the hub at a revision: a model, or an adapter.
 *
 * @param id {@code ORG/NAME}
 * @param revision a branch, a tag or a commit
 */
public record Repo(String id, String revision) {
  /** What is meant where no revision is named. */
  public static final String MAIN = "main";

  private static final String PART = "\\w(?:[\\w.-]*\\w)?";
  private static final Pattern ID = Pattern.compile(PART + "/" + PART);
  private static final Pattern REVISION = Pattern.compile("[\\w.+=,@-]+(?:/[\\w.+=,@-]+)*");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final int LONGEST_ID = 96;

  /**
   * Checks both, since they become names of folders.
   *
   * @throws IllegalArgumentException if one is not of its form
   */
  public Repo {
    if (!isId(id)) {
      throw new IllegalArgumentException(
          "'%s' is no model on the hub: write ORG/NAME, for example Qwen/Qwen2.5-0.5B"
              .formatted(id));
    }
    if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
      throw new IllegalArgumentException(
          "'%s' is no revision: give a branch, a tag or a commit".formatted(revision));
    }
  }

  /** {@code ORG/NAME} or {@code ORG/NAME@REVISION}; without a revision it is {@link #MAIN}. */
  public static Repo parse(String text) {
    int at = text.indexOf('@');
    return at < 0 ? new Repo(text, MAIN) : new Repo(text.substring(0, at), text.substring(at + 1));
  }

  /**
   * The same, if the text has that form.
   *
   * @throws IllegalArgumentException if only its revision has not
   */
  public static Optional<Repo> find(String text) {
    return isId(text.split("@", 2)[0]) ? Optional.of(parse(text)) : Optional.empty();
  }

  /** Whether the revision is a whole commit, which never changes. */
  boolean isCommit() {
    return isCommit(revision);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  private static boolean isId(String text) {
    Matcher id = ID.matcher(text);
    return id.matches()
        && text.length() <= LONGEST_ID
        && !text.contains("--")
        && !text.contains("..")
        && !text.endsWith(".git");
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return revision.equals(MAIN) ? id : id + "@" + revision;
  }
}
