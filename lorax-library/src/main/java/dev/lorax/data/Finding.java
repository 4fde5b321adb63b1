package dev.lorax.data;

/** What can be wrong or remarkable with a sample. */
public enum Finding {
  /** Some byte is not UTF-8. */
  NOT_UTF8("not in UTF-8", true),
  /** The line is not one JSON object. */
  NOT_JSON("not JSON", true),
  /** The row has another number of columns than the first line. */
  WRONG_COLUMNS("with a wrong number of columns", true),
  /** A field that its format asks for is not there, or is of another type. */
  MISSING_FIELD("with a missing or wrong field", true),
  /** A message of nobody known. */
  UNKNOWN_ROLE("with an unknown role", true),
  /** A text without a character. */
  EMPTY_TEXT("with an empty text", true),
  /** The answer to learn is empty. */
  EMPTY_ANSWER("with an empty answer", true),
  /** A conversation in which the assistant says nothing. */
  NO_ANSWER("without an answer of the assistant", true),
  /** The chat template raises an error. */
  REFUSED("refused by the chat template", true),
  /** More tokens than the limit, and told to drop those. */
  TOO_LONG("longer than the limit", true),
  /** No token is left that a model learns; the prompt alone may fill the limit. */
  NOTHING_LEARNED("with nothing to learn within the limit", true),
  /** More tokens than the limit: the end was cut off. */
  CUT("cut at the limit", false),
  /** More tokens than the limit: split into pieces. */
  SPLIT("split at the limit", false),
  /** It begins with two begin-of-sequence tokens. */
  DOUBLE_BOS("with two begin-of-sequence tokens", false),
  /** No end-of-sequence token is learned, so a model may not learn to stop. */
  NO_END("without a learned end-of-sequence token", false);

  private final String phrase;
  private final boolean drops;

  Finding(String phrase, boolean drops) {
    this.phrase = phrase;
    this.drops = drops;
  }

  /** Whether such a sample is left out. */
  public boolean drops() {
    return drops;
  }

  /** Whether its phrase leaves open what is wrong, so that the first one's reason is told too. */
  boolean isVague() {
    return this == NOT_JSON
        || this == WRONG_COLUMNS
        || this == MISSING_FIELD
        || this == UNKNOWN_ROLE
        || this == REFUSED;
  }

  /** Follows a number, as in "2 with an empty answer". */
  @Override
  public String toString() {
    return phrase;
  }
}
