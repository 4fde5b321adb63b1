package dev.lorax.cli.console;

import java.util.List;

/**
 * Which streams are terminals, where people look at them.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param colors whether colours are welcome on a terminal
 */
public record Terminals(boolean in, boolean out, boolean err, boolean colors) {
  /** No stream is a terminal. */
  public static final Terminals NONE = new Terminals(false, false, false, false);

  /** The property by which the launcher tells which streams are terminals: {@code in,out,err}. */
  static final String PROPERTY = "lorax.terminals";

  /** What the launcher told, or else what Java knows; NO_COLOR (no-color.org) is respected. */
  static Terminals ofThisProcess() {
    String noColor = System.getenv("NO_COLOR");
    boolean colors =
        (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    String told = System.getProperty(PROPERTY);
    if (told == null) {
      boolean all = hasConsole();
      return new Terminals(all, all, all, colors);
    }
    List<String> names = List.of(told.split(","));
    return new Terminals(
        names.contains("in"), names.contains("out"), names.contains("err"), colors);
  }

  /** Whether results are coloured. */
  public boolean colorsOut() {
    return out && colors;
  }

  /** Whether notes are coloured. */
  public boolean colorsErr() {
    return err && colors;
  }

  /** Since Java 22 there is a console even without a terminal, and a method that tells. */
  private static boolean hasConsole() {
    java.io.Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException olderJava) {
      return true;
    }
  }
}
