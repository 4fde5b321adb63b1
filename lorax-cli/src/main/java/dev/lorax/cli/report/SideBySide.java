package dev.lorax.cli.report;

import dev.lorax.cli.console.Printable;
import java.util.ArrayList;
import java.util.List;

/** Two texts beside each other, wrapped to columns. */
public final class SideBySide {
  private final int width;

  /**
   * Columns that fill a line.
   *
   * @param line characters of a line
   */
  public SideBySide(int line) {
    width = (line - 3) / 2;
  }

  /** A line with a title over each column, and one under them. */
  public List<String> titles(String left, String right) {
    return List.of(row(left, right), "-".repeat(width) + "-+-" + "-".repeat(width));
  }

  /** The lines of both texts. */
  public List<String> rows(String left, String right) {
    List<String> lefts = wrap(left);
    List<String> rights = wrap(right);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < Math.max(lefts.size(), rights.size()); i++) {
      rows.add(row(at(lefts, i), at(rights, i)));
    }
    return rows;
  }

  private String row(String left, String right) {
    return (left + " ".repeat(Math.max(0, width - left.length())) + " | " + right).stripTrailing();
  }

  private static String at(List<String> lines, int index) {
    return index < lines.size() ? lines.get(index) : "";
  }

  private List<String> wrap(String text) {
    List<String> lines = new ArrayList<>();
    for (String paragraph : Printable.of(text).split("\\R")) {
      StringBuilder line = new StringBuilder();
      for (String word : paragraph.split(" ")) {
        if (line.length() > 0 && line.length() + 1 + word.length() > width) {
          lines.add(line.toString());
          line.setLength(0);
        }
        line.append(line.length() == 0 ? "" : " ").append(word);
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
