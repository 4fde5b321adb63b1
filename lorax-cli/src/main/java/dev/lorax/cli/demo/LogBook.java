package dev.lorax.cli.demo;

import java.time.LocalDate;
import java.util.Locale;
import java.util.Random;

/**
 * Keeps the log-book of a pirate ship's cook: the text that the demo's adapter learns.
 *
 * <p>The cook writes a dated heading, what happened, and what was left in the biscuit barrel; he
 * never writes "and" where "an'" will do. That is as far from the {@link Storyteller}'s voice as
 * the same small vocabulary allows, and regular enough to be learned in a few hundred steps.
 */
public final class LogBook {
  /** The fine-tuning text as it ships, a resource beside this class. */
  public static final String RESOURCE = "pirate-log.txt";

  /** The seed that {@link #RESOURCE} was written with. */
  public static final long SEED = 1724;

  /** The size that {@link #RESOURCE} was written to, in characters. */
  public static final int SIZE = 100_000;

  private static final Grammar GRAMMAR = Grammar.read("log-book.txt");
  private static final int FULL_BARREL = 99;
  private static final String[] ONES = {
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen"
  };
  private static final String[] TENS = {
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
  };
  private static final String[] ORDINALS = {
    "",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth"
  };

  private final Random random;
  private LocalDate date = LocalDate.of(1724, 3, 1);
  private int biscuits = FULL_BARREL;

  private LogBook(long seed) {
    this.random = new Random(seed);
  }

  /** Returns at least {@code characters} characters of the log that follows from {@code seed}. */
  public static String write(long seed, int characters) {
    LogBook log = new LogBook(seed);
    StringBuilder text = new StringBuilder(characters + 1_000);
    while (text.length() < characters) {
      text.append(text.isEmpty() ? "" : "\n\n").append(log.entry());
    }
    return text.append('\n').toString();
  }

  private String entry() {
    int eaten = 2 + random.nextInt(9);
    boolean empty = eaten >= biscuits;
    biscuits = empty ? FULL_BARREL : biscuits - eaten;
    String entry =
        new Telling(GRAMMAR, random)
            .know("date", spell(date))
            .know("biscuits", spell(biscuits))
            .tell(empty ? "last-entry" : "entry");
    date = date.plusDays(1L + random.nextInt(3));
    return entry;
  }

  /** Digits are rare in the base model's corpus, so the cook spells his numbers. */
  private static String spell(int number) {
    if (number < ONES.length) {
      return ONES[number];
    }
    String tens = TENS[number / 10];
    return number % 10 == 0 ? tens : tens + "-" + ONES[number % 10];
  }

  private static String spell(LocalDate date) {
    int day = date.getDayOfMonth();
    String ordinal =
        day < ORDINALS.length
            ? ORDINALS[day]
            : day == 30 ? "thirtieth" : spell(day / 10 * 10) + "-" + ORDINALS[day % 10];
    String month = date.getMonth().toString().toLowerCase(Locale.ROOT);
    return ordinal + " o' " + Prose.capitalise(month);
  }

  static Grammar grammar() {
    return GRAMMAR;
  }
}
