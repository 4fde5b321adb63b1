package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Does what a document tells: a folder with {@code demo} in it, and processes that work there. */
final class Reader {
  private static final Pattern CLASS = Pattern.compile("public class (\\w+)");
  private static final Pattern PROMISE = Pattern.compile("System\\.out\\.println\\(.*\\); // (.+)");

  private final Path folder;
  private final Path desk;

  /**
   * Copies the demo's files.
   *
   * @param temporary an empty folder
   */
  Reader(Path temporary) throws IOException {
    folder = Files.createDirectory(temporary.resolve("work"));
    desk = Files.createDirectory(temporary.resolve("desk"));
    Path demo = Document.ROOT.resolve("demo");
    try (Stream<Path> files = Files.walk(demo)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve("demo").resolve(demo.relativize(file).toString()));
      }
    }
  }

  /** Runs a {@code ./lorax} command; it must succeed. */
  Lorax command(String line) throws IOException, InterruptedException {
    List<String> words = Document.words(line);
    assertThat(words.get(0)).isEqualTo("./lorax");
    List<String> arguments = new ArrayList<>(List.of(Main.class.getName()));
    arguments.addAll(words.subList(1, words.size()));
    return java(line, System.getProperty("java.class.path"), arguments);
  }

  /**
   * Compiles a class as strictly as Lorax itself and runs it; it must succeed, and print what
   * comments beside its {@code println} promise.
   */
  Lorax program(String source) throws IOException, InterruptedException {
    Matcher name = CLASS.matcher(source);
    assertThat(name.find()).as("a public class in\n" + source).isTrue();
    Path file = Files.writeString(desk.resolve(name.group(1) + ".java"), source);
    compile(file);
    String path = desk + File.pathSeparator + System.getProperty("java.class.path");
    Lorax run = java(name.group(), path, List.of(name.group(1)));
    PROMISE
        .matcher(source)
        .results()
        .forEach(promise -> assertThat(run.out().lines()).contains(promise.group(1)));
    return run;
  }

  private void compile(Path file) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-Xlint:all,-processing,-classfile,-serial,-try,-path",
            "-Werror",
            "-proc:none",
            "-d",
            desk.toString(),
            "-classpath",
            System.getProperty("java.class.path"));
    StringBuilder complaints = new StringBuilder();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      compiler
          .getTask(
              null,
              files,
              problem -> complaints.append(problem).append('\n'),
              options,
              null,
              files.getJavaFileObjects(file))
          .call();
    }
    assertThat(complaints).isEmpty();
  }

  private Lorax java(String what, String classPath, List<String> arguments)
      throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("java.home"));
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1")); // a few seconds pay no better compiler
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", classPath));
    command.addAll(arguments);
    Path out = desk.resolve("out.txt");
    Path err = desk.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly().waitFor();
    String printed = text(out);
    String errors = text(err);
    assertThat(ended).as("%s ends; it printed\n%s\n%s", what, printed, errors).isTrue();
    assertThat(process.exitValue()).as("%s printed\n%s\n%s", what, printed, errors).isZero();
    return new Lorax(process.exitValue(), printed, errors);
  }

  /** What was printed, whatever the platform's line ends and encoding. */
  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replace("\r\n", "\n");
  }
}
