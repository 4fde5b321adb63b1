package dev.lorax.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One Java process in which a {@link Reader} works: it runs commands and programs in turn, as they
 * arrive, so that a document pays for one start. A process of its own has the document's folder as
 * its working directory, to which all paths of the commands are relative.
 */
final class Desk {
  /** What parts the words of a line; no command has it. */
  static final String BETWEEN = "\t";

  private final Path folder;

  private Desk(Path folder) {
    this.folder = folder;
  }

  /** Reads lines until there are no more; each is answered by a line with the exit code. */
  public static void main(String[] args) throws IOException {
    Desk desk = new Desk(Path.of(args[0]));
    PrintStream answers = System.out;
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      answers.println(desk.work(line.split(BETWEEN)));
    }
  }

  /** {@code lorax} and its arguments, or {@code program} and a class that lies in the folder. */
  private int work(String... words) throws IOException {
    String[] rest = Arrays.copyOfRange(words, 1, words.length);
    Lorax result = words[0].equals("program") ? program(rest[0]) : Lorax.run((Object[]) rest);
    Files.writeString(folder.resolve("out.txt"), result.out());
    Files.writeString(folder.resolve("err.txt"), result.err());
    return result.code();
  }

  private Lorax program(String name) throws IOException {
    Printed printed = new Printed();
    PrintStream out = System.out;
    System.setOut(printed.stream());
    try (URLClassLoader classes = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      classes
          .loadClass(name)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
      return new Lorax(0, printed.text(), "");
    } catch (ReflectiveOperationException | LinkageError failed) {
      return new Lorax(1, printed.text(), trace(failed));
    } finally {
      System.setOut(out);
    }
  }

  private static String trace(Throwable failed) {
    Printed printed = new Printed();
    failed.printStackTrace(printed.stream());
    return printed.text();
  }

  /** What was printed, as UTF-8, whatever the platform's encoding. */
  private record Printed(ByteArrayOutputStream bytes) {
    Printed() {
      this(new ByteArrayOutputStream());
    }

    PrintStream stream() {
      return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
