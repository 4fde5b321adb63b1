package dev.lorax.cli;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.TextData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Where prompts come from: an option, a file with one on each line, or standard input. */
final class PromptOptions {
  @Option(
      names = {"--prompt", "-p"},
      paramLabel = "TEXT",
      description =
          "The text to go on with. Without it and --prompt-file, all of stdin is the" + " prompt.")
  private String prompt;

  @Option(
      names = "--prompt-file",
      paramLabel = "FILE",
      description = "One prompt on each line; all are generated together.")
  private Path file;

  /** Whether there may be several. */
  boolean isBatch() {
    return file != null;
  }

  /**
   * The prompts, at least one.
   *
   * @throws Failure if there is none, or more than one source
   */
  List<String> prompts(Console console) {
    if (prompt != null && file != null) {
      throw Failure.usage("--prompt and --prompt-file exclude each other: give one of them");
    }
    List<String> prompts =
        file != null
            ? TextData.text(file).lines().filter(line -> !line.isEmpty()).toList()
            : List.of(prompt != null ? prompt : standardInput(console));
    if (prompts.isEmpty()) {
      throw Failure.of(file + " holds no prompt: write one on each line");
    }
    return prompts;
  }

  private static String standardInput(Console console) {
    if (console.terminals().in()) {
      throw Failure.usage("no prompt: give --prompt TEXT or --prompt-file FILE, or pipe one in");
    }
    try {
      String text = new String(console.in().readAllBytes(), StandardCharsets.UTF_8);
      String prompt = text.replaceFirst("\\R\\z", ""); // the shell's line end, not the user's
      if (prompt.isEmpty()) {
        throw Failure.usage("no prompt: stdin is empty; give --prompt TEXT or --prompt-file FILE");
      }
      return prompt;
    } catch (IOException failed) {
      throw Failure.unreadable(Path.of("stdin"), failed);
    }
  }
}
