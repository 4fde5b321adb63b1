package dev.lorax.cli.console;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
public final class Figures {
  private Figures() {}

  /** A count with separators: {@code 1,234,567}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A count in short: {@code 124.4 M}. */
  public static String shortCount(long value) {
    if (value < 1_000_000) {
      return count(value);
    }
    return value < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f M", value / 1e6)
        : String.format(Locale.ROOT, "%.2f B", value / 1e9);
  }

  /** Bytes in the largest unit that leaves a whole number: {@code 1.9 GB}. */
  public static String bytes(long value) {
    if (value < 1_000_000) {
      return String.format(Locale.ROOT, "%.0f KB", Math.ceil(value / 1e3));
    }
    return value < 1_000_000_000
        ? String.format(Locale.ROOT, "%.0f MB", value / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", value / 1e9);
  }

  /** A share of 1 in percent with two significant digits: {@code 0.47 %}. */
  public static String percent(double share) {
    double percent = 100 * share;
    int digits = percent == 0 || percent >= 10 ? 0 : 1 - (int) Math.floor(Math.log10(percent));
    return String.format(Locale.ROOT, "%." + Math.min(8, digits) + "f %%", percent);
  }

  /** A time: {@code 4.2 s}, {@code 3 min 10 s}, {@code 2 h 5 min}. */
  public static String time(Duration time) {
    long seconds = time.toSeconds();
    if (seconds < 60) {
      return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", time.toMillis() / 1e3);
    }
    return seconds < 3600
        ? "%d min %d s".formatted(seconds / 60, seconds % 60)
        : "%d h %d min".formatted(seconds / 3600, seconds / 60 % 60);
  }

  /** A number as short as it is exact, with no exponent: {@code 16}, {@code 0.0003}. */
  public static String number(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString()
        : Double.toString(value);
  }

  /** A number with four digits after the point. */
  public static String loss(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** A perplexity: whole where it is large. */
  public static String perplexity(double value) {
    return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%.2f", value);
  }
}
