package dev.lorax.cli.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.report.SideBySide;
import dev.lorax.hub.HubException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads line by line: what the user says, or a command. */
public final class ChatLoop {
  private static final int LINE = 100;
  private static final List<String> HELP =
      List.of(
          "/adapter NAME|DIR   let an adapter speak; alone: lists those that are open",
          "/base               let the base speak, without an adapter",
          "/compare TEXT       base and adapter side by side; the conversation stays as it is",
          "/system TEXT        the system message from now on; alone: none",
          "/retry              answer the last message again",
          "/undo               take the last message and its answer back",
          "/reset              forget all that was said",
          "/save FILE          append the conversation to a file that 'lorax train' reads",
          "/exit               end; so does Ctrl-D. Ctrl-C stops an answer",
          "//TEXT              say TEXT that begins with a stroke");

  private final Console console;
  private final Speakers speakers;
  private final Answering answers;
  private final Conversation conversation;
  private boolean failed;

  /** A loop at a console, under a system message, which may be blank. */
  public ChatLoop(Console console, Speakers speakers, Answering answers, String system) {
    this.console = console;
    this.speakers = speakers;
    this.answers = answers;
    conversation = new Conversation(system);
  }

  /**
   * Goes on until the input or the user ends it.
   *
   * @return whether all that was asked for could be done
   */
  public boolean run() {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
    console.note("speaker", speakers.name() + "; /help tells more, /exit ends");
    boolean goesOn = true;
    while (goesOn && !console.out().checkError()) {
      console.turn("you");
      Optional<String> line = read(in);
      goesOn = line.isPresent() && obeyed(line.get().strip());
    }
    return !failed;
  }

  private static Optional<String> read(BufferedReader in) {
    try {
      return Optional.ofNullable(in.readLine());
    } catch (IOException broken) {
      throw Failure.unreadable(Path.of("stdin"), broken);
    }
  }

  /** Does what a line says; what fails is told, and the chat goes on. */
  private boolean obeyed(String line) {
    try {
      if (!line.startsWith("/") || line.startsWith("//")) {
        say(line.startsWith("//") ? line.substring(1) : line);
        return true;
      }
      String[] words = line.split("\\s+", 2);
      return obeyed(words[0], words.length > 1 ? words[1] : "");
    } catch (IllegalArgumentException | Failure | CheckpointException | HubException refused) {
      failed = true;
      console.error(refused.getMessage());
      return true;
    }
  }

  private boolean obeyed(String command, String rest) {
    switch (command) {
      case "/exit", "/quit" -> {
        return false;
      }
      case "/help" -> HELP.forEach(console::note);
      case "/adapter" -> adapter(rest);
      case "/base" -> {
        speakers.base();
        console.note("speaker", speakers.name());
      }
      case "/compare", "/both" -> compare(required(rest, "/compare TEXT"));
      case "/system" -> conversation.system(rest);
      case "/retry" -> retry();
      case "/undo" -> console.note("undone", conversation.undo().question());
      case "/reset" -> conversation.reset();
      case "/save" -> save(Path.of(required(rest, "/save FILE")));
      default ->
          throw new IllegalArgumentException(
              command + " is no command: /help lists them, and //TEXT says what begins with /");
    }
    return true;
  }

  private static String required(String rest, String usage) {
    if (rest.isEmpty()) {
      throw new IllegalArgumentException("Something is missing: " + usage);
    }
    return rest;
  }

  private void say(String question) {
    if (!question.isEmpty()) {
      console.turn(speakers.name());
      String answer = answers.print(speakers.speaking(), conversation, question);
      conversation.add(new Conversation.Turn(question, answer));
    }
  }

  private void retry() {
    Conversation.Turn last = conversation.undo();
    try {
      say(last.question());
    } catch (RuntimeException refused) {
      conversation.add(last);
      throw refused;
    }
  }

  private void adapter(String name) {
    if (!name.isEmpty()) {
      speakers.adapter(name);
    } else if (speakers.names().isEmpty()) {
      console.note("adapters", "none is open: /adapter DIR opens one");
      return;
    } else {
      console.note("adapters", String.join(", ", speakers.names()));
    }
    console.note("speaker", speakers.name());
  }

  private void compare(String question) {
    String adapter =
        speakers
            .compared()
            .orElseThrow(
                () -> new IllegalArgumentException("No adapter is open: /adapter DIR opens one"));
    String base = answers.whole(speakers.ofBase(), conversation, question);
    String adapted = answers.whole(speakers.of(Optional.of(adapter)), conversation, question);
    SideBySide columns = new SideBySide(LINE);
    columns.titles("base", adapter).forEach(console::result);
    columns.rows(base, adapted).forEach(console::result);
  }

  private void save(Path file) {
    if (conversation.turns() == 0) {
      throw new IllegalArgumentException("There is nothing to save yet: say something first");
    }
    try {
      String json =
          new ObjectMapper().writeValueAsString(Map.of("messages", conversation.messages()));
      Files.writeString(file, json + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      console.note("saved", "a line of %s".formatted(file));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    } catch (IOException failure) {
      throw Failure.unwritable(file, failure);
    }
  }
}
