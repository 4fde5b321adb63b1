package dev.lorax.cli.demo;

import java.util.Locale;
import java.util.regex.Pattern;

/** The small rules of English that a grammar need not think of: capitals, articles, spaces. */
final class Prose {
  private static final Pattern ARTICLE =
      Pattern.compile("\\b([Aa]) (?=[aeioAEIO]|umbrella|ugly|upset|uncle)(?!one\\b|once\\b)");
  private static final Pattern START = Pattern.compile("(^|[.!?] |\n\n\"?)([a-z])");

  private Prose() {}

  /** Returns the text with its sentences capitalised, "a" or "an" chosen, and spaces put right. */
  static String tidy(String text) {
    String spaced =
        text.replaceAll("\\s*<p>\\s*", "\n\n").replaceAll(" +", " ").replaceAll(" ([.,!?])", "$1");
    String articled = ARTICLE.matcher(spaced.strip()).replaceAll("$1n ");
    return START
        .matcher(articled)
        .replaceAll(match -> match.group(1) + match.group(2).toUpperCase(Locale.ROOT));
  }

  static String capitalise(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  static String decapitalise(String text) {
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
