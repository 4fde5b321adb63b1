package dev.lorax.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command speaks: results go to one stream, everything else to the other.
 *
 * @param in what a prompt may be read from
 * @param out results, and nothing but results
 * @param err progress, notes and errors
 * @param terminals which of the three are terminals
 */
public record Console(InputStream in, PrintStream out, PrintStream err, Terminals terminals) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The process's own streams, in UTF-8 whatever the locale says. */
  public static Console system() {
    return new Console(
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        Terminals.ofThisProcess());
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Prints a line of the result. */
  public void result(String line) {
    out.println(line);
  }

  /** Prints a piece of the result at once, with no line end. */
  public void piece(String text) {
    out.print(text);
    out.flush();
  }

  /** Prints the result as one JSON object. */
  public void result(JsonNode object) {
    try {
      out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Prints a line about what is going on. */
  public void note(String line) {
    err.println(line);
  }

  /** Prints a labelled line about what is going on. */
  public void note(String label, String text) {
    err.println(label(label, terminals.colorsErr()) + text);
  }

  /** Prints a labelled line of the result. */
  public void result(String label, String text) {
    out.println(label(label, terminals.colorsOut()) + text);
  }

  /** Where people type and look: says who is to speak, with no line end. */
  public void turn(String speaker) {
    if (terminals.in() && terminals.err()) {
      err.print(terminals.colorsErr() ? "\033[1;36m" + speaker + ">\033[0m " : speaker + "> ");
      err.flush();
    }
  }

  /** Prints the line that says why the command failed. */
  public void error(String message) {
    err.println((terminals.colorsErr() ? "\033[1;31merror:\033[0m " : "error: ") + message);
  }

  private static String label(String label, boolean colored) {
    String padded = String.format("%-9s ", label);
    return colored ? "\033[36m" + padded + "\033[0m" : padded;
  }
}
