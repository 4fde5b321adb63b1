package dev.lorax.cli.console;

/** Text that does nothing to a terminal but appear on it, whoever wrote it. */
public final class Printable {
  private Printable() {}

  /** The text with control characters replaced; line ends and tabs stay. */
  public static String of(String text) {
    return text.replaceAll("[\\p{Cc}&&[^\\n\\t]]", "\uFFFD");
  }
}
