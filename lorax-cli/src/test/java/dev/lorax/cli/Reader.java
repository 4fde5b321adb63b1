package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Does what a document tells, in a folder with {@code demo} in it, at a {@link Desk} there. */
final class Reader implements AutoCloseable {
  private static final Pattern CLASS = Pattern.compile("public class (\\w+)");
  private static final Pattern PROMISE = Pattern.compile("System\\.out\\.println\\(.*\\); // (.+)");

  private final Path folder;
  private final Path desk;
  private final Process process;
  private final BufferedReader answers;

  /**
   * Copies the demo's files and starts the process in which all is done.
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
    process = start();
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  private Process start() throws IOException {
    Path home = Path.of(System.getProperty("java.home"));
    List<String> command =
        new ArrayList<>(List.of(home.resolve("bin/java").toString(), "-XX:+UseSerialGC", "-Xmx2g"));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Desk.class.getName(), desk.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(desk.resolve("desk.txt").toFile());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    return builder.start();
  }

  /** Runs a {@code ./lorax} command; it must succeed. */
  Lorax command(String line) throws IOException, InterruptedException {
    List<String> words = Document.words(line);
    assertThat(words.get(0)).isEqualTo("./lorax");
    return work(line, "lorax", words.subList(1, words.size()));
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
    Lorax run = work(name.group(), "program", List.of(name.group(1)));
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

  private Lorax work(String what, String kind, List<String> words)
      throws IOException, InterruptedException {
    Writer lines = process.outputWriter(StandardCharsets.UTF_8);
    lines.write(kind + Desk.BETWEEN + String.join(Desk.BETWEEN, words) + "\n");
    lines.flush();
    String code = answer(what);
    Lorax done =
        new Lorax(
            Integer.parseInt(code), text(desk.resolve("out.txt")), text(desk.resolve("err.txt")));
    assertThat(done.code()).as("%s printed\n%s\n%s", what, done.out(), done.err()).isZero();
    return done;
  }

  private String answer(String what) throws InterruptedException {
    CompletableFuture<String> line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return answers.readLine();
              } catch (IOException closed) {
                throw new UncheckedIOException(closed);
              }
            });
    try {
      String code = line.get(5, TimeUnit.MINUTES);
      assertThat(code).as("%s ends by itself", what).isNotNull();
      return code;
    } catch (ExecutionException | TimeoutException none) {
      throw new AssertionError(what + " does not end", none);
    }
  }

  /** What was printed, whatever the platform's line ends. */
  private static String text(Path file) throws IOException {
    return Files.readString(file).replace("\r\n", "\n");
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
