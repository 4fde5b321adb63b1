package dev.lorax.cli.evaluation;

import dev.lorax.cli.console.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Scores for people: a row for the base, and two for each adapter. */
public final class ScoreTable {
  private static final String GAP = "  ";

  private ScoreTable() {}

  /** The lines, the first of them with titles. */
  public static List<String> of(List<Score> scores) {
    Score base = scores.get(0);
    List<List<String>> rows = new ArrayList<>();
    boolean asked = base.right().isPresent();
    rows.add(List.of("", "loss", "perplexity", asked ? "exact answers" : ""));
    for (Score score : scores) {
      rows.add(
          List.of(
              score.name(),
              plusMinus(score.loss(), ""),
              fromTo(score.loss().map(Math::exp), Figures::perplexity),
              score.right().map(ScoreTable::right).orElse("")));
    }
    for (Score score : scores.subList(1, scores.size())) {
      Estimate difference = score.lossAbove(base);
      rows.add(
          List.of(
              score.name() + " - base",
              plusMinus(difference, "+"),
              Verdict.of(difference).toString(),
              ""));
    }
    return aligned(rows);
  }

  private static String plusMinus(Estimate loss, String sign) {
    String value = String.format(Locale.ROOT, "%" + sign + ".4f", loss.value());
    return loss.isSure() ? value + " ± " + Figures.loss(loss.high() - loss.value()) : value;
  }

  private interface Format {
    String of(double value);
  }

  private static String fromTo(Estimate estimate, Format format) {
    String value = format.of(estimate.value());
    return estimate.isSure()
        ? "%s (%s to %s)".formatted(value, format.of(estimate.low()), format.of(estimate.high()))
        : value;
  }

  private static String right(Score.Right right) {
    return "%s of %s, %s"
        .formatted(
            Figures.count(right.count()),
            Figures.count(right.of()),
            fromTo(right.share(), share -> String.format(Locale.ROOT, "%.1f %%", 100 * share)));
  }

  private static List<String> aligned(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    rows.forEach(
        row -> {
          for (int i = 0; i < columns; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int... widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
    }
    return line.toString().stripTrailing();
  }
}
