package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.console.Terminals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** What one call of the command line printed, and its exit code. */
record Lorax(int code, String out, String err) {
  /** Runs a command in this process; no stream is a terminal. */
  static Lorax run(Object... args) {
    return withInput("", args);
  }

  static Lorax withInput(String input, Object... args) {
    return run(input, Map.of(), args);
  }

  /** Runs a command where those environment variables say how the hub is used. */
  static Lorax withEnvironment(Map<String, String> environment, Object... args) {
    return run("", environment, args);
  }

  private static Lorax run(String input, Map<String, String> environment, Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminals.NONE);
    String[] words = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
    Interrupt interrupt = new Interrupt();
    int code = Main.run(console, interrupt, environment, words);
    interrupt.finished();
    return new Lorax(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  Lorax ok() {
    assertThat(code).as(err).isZero();
    return this;
  }

  /** It failed with one clear line that says this, and nothing on stdout. */
  void failed(int expected, String... parts) {
    assertThat(code).as(err).isEqualTo(expected);
    assertThat(out).isEmpty();
    assertThat(err.lines().filter(line -> line.startsWith("error: "))).hasSize(1);
    assertThat(err.lines().reduce((a, b) -> b).orElseThrow()).startsWith("error: ").contains(parts);
    assertThat(err).doesNotContain("Exception").doesNotContain("\tat ");
  }

  /** It failed at its end with one clear line that says this; what it had to say before stays. */
  void says(int expected, String... parts) {
    assertThat(code).as(err).isEqualTo(expected);
    assertThat(err.lines().reduce((a, b) -> b).orElseThrow()).startsWith("error: ").contains(parts);
  }

  /** All of stdout as one JSON object. */
  JsonNode json() throws IOException {
    JsonNode json = new ObjectMapper().reader().readTree(out);
    assertThat(json.isObject()).isTrue();
    assertThat(out.strip()).startsWith("{").endsWith("}");
    return json;
  }

  /** A file as one JSON object. */
  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  static Path resource(String name) {
    return Path.of("src", "test", "resources", name);
  }
}
