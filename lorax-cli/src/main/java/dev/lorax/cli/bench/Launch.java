package dev.lorax.cli.bench;

import dev.lorax.cli.console.Failure;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A command that is started again and again, each time as a process of its own.
 *
 * @param command the program and its arguments
 */
record Launch(List<String> command) {
  /** Names the program to start, where it is not beside the jar. */
  static final String PROPERTY = "lorax.launcher";

  Launch {
    command = List.copyOf(command);
  }

  /**
   * When things happened, in milliseconds from the start of a process.
   *
   * @param firstByte on its standard output
   * @param end its exit
   */
  record Times(double firstByte, double end) {}

  /**
   * The launcher that a user calls: it lies two folders above the jar's. Where there is none, as in
   * tests, the Java of this process on its class path.
   */
  static List<String> ofThisProcess() {
    String told = System.getProperty(PROPERTY);
    if (told != null) {
      return List.of(told);
    }
    String path = System.getProperty("java.class.path");
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    Path jar = Path.of(path.split(File.pathSeparator)[0]).toAbsolutePath();
    if (jar.getNameCount() > 3 && jar.endsWith(Path.of("target", "lorax.jar"))) {
      Path launcher = jar.resolve("../../..").normalize().resolve(windows ? "lorax.cmd" : "lorax");
      if (Files.isRegularFile(launcher)) {
        return List.of(launcher.toString());
      }
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return List.of(java, "-cp", path, "dev.lorax.cli.Main");
  }

  /**
   * Starts it and waits for its end.
   *
   * @throws Failure if it cannot be started, or fails
   */
  Times run() {
    try {
      Path errors = Files.createTempFile("lorax-bench", ".err");
      try {
        return run(errors);
      } finally {
        Files.deleteIfExists(errors);
      }
    } catch (IOException failed) {
      throw Failure.of(
          "%s cannot be started (%s)".formatted(command.get(0), failed.getMessage()), failed);
    }
  }

  private Times run(Path errors) throws IOException {
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    try (InputStream out = process.getInputStream()) {
      process.getOutputStream().close();
      int first = out.read();
      long firstByte = System.nanoTime();
      out.transferTo(java.io.OutputStream.nullOutputStream());
      int code = process.waitFor();
      long end = System.nanoTime();
      if (code != 0 || first < 0) {
        String said = Files.readString(errors).strip().replaceAll("(?s).*\n", "");
        String last = said.isEmpty() ? "nothing" : said;
        throw Failure.of(
            "%s ended with exit code %d and said: %s"
                .formatted(String.join(" ", command), code, last));
      }
      return new Times((firstByte - start) / 1e6, (end - start) / 1e6);
    } catch (InterruptedException stop) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw Failure.of("interrupted");
    }
  }
}
