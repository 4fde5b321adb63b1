package dev.lorax.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;

/**
 * Talks with the cook of the {@link LogBook}: a chat file to learn from, a JSON object on each
 * line.
 *
 * <p>People ask in plain English, and the cook answers in his own spelling; a few talks go on with
 * a second question.
 */
public final class GalleyTalk {
  /** The chats as they ship, beside the log-book. */
  public static final String RESOURCE = "cook-chat.jsonl";

  /** The seed that {@link #RESOURCE} was written with. */
  public static final long SEED = 1725;

  /** How many chats {@link #RESOURCE} holds. */
  public static final int SIZE = 400;

  private static final Grammar GRAMMAR = Grammar.read("galley-talk.txt", "log-book.txt");
  private static final ObjectMapper JSON = new ObjectMapper();

  private GalleyTalk() {}

  /** So many chats that follow from a seed, no two alike, one a line. */
  public static String write(long seed, int chats) {
    Random random = new Random(seed);
    Set<String> lines = new LinkedHashSet<>();
    while (lines.size() < chats) {
      lines.add(chat(new Telling(GRAMMAR, random).tell("talk").split("\n\n")));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String chat(String... speeches) {
    ObjectNode chat = JSON.createObjectNode();
    ArrayNode messages = chat.putArray("messages");
    for (int i = 0; i < speeches.length; i++) {
      messages
          .addObject()
          .put("role", i % 2 == 0 ? "user" : "assistant")
          .put("content", speeches[i]);
    }
    return chat.toString();
  }

  static Grammar grammar() {
    return GRAMMAR;
  }
}
