package dev.lorax.cli.export;

import dev.lorax.chat.Chat;
import dev.lorax.chat.ChatTemplate;
import dev.lorax.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A chat template in the language of Go, which Ollama speaks: a text before and after each role's
 * content.
 *
 * <p>What these texts are is seen in conversations that the model's own template writes, and held
 * against another one. Templates that do more than that are not said at all, rather than wrongly.
 */
final class GoTemplate {
  private static final String USER = "Fjord";
  private static final String ANSWER = "Quartz";
  private static final String MORE = "Plinth";
  private static final String SYSTEM = "Vellum";

  private final ChatTemplate template;

  private GoTemplate(ChatTemplate template) {
    this.template = template;
  }

  /** What stands before and after a content. */
  private record Frame(String before, String after) {
    String around(String content) {
      return before + content + after;
    }
  }

  /** The template; empty if it cannot be said. */
  static Optional<String> of(ChatTemplate template, Tokenizer tokenizer) {
    try {
      return Optional.of(new GoTemplate(template.still()).said(tokenizer));
    } catch (IllegalArgumentException irregular) {
      return Optional.empty();
    }
  }

  private String said(Tokenizer tokenizer) {
    String one = render(false, "user", USER);
    String two = render(false, "user", USER, "assistant", ANSWER);
    String three = render(false, "user", USER, "assistant", ANSWER, "user", MORE);
    Frame user = frame(rest(two, three), MORE);
    Frame assistant = frame(rest(one, two), ANSWER);
    String head = start(one, user.around(USER));
    requireRegular(head.isEmpty() || isBegin(tokenizer.encode(head), tokenizer));
    String prompt = rest(one, render(true, "user", USER));
    String turns = user.around(USER) + assistant.around(ANSWER) + user.around(MORE) + prompt;
    requireRegular(
        render(true, "user", USER, "assistant", ANSWER, "user", MORE).equals(head + turns));
    String text = text(user, assistant, system(head, turns), prompt);
    requireRegular(!text.contains("\"\"\""));
    return text;
  }

  /** The token with which Ollama begins by itself. */
  private static boolean isBegin(int[] ids, Tokenizer tokenizer) {
    return ids.length == 1 && tokenizer.decode(ids).isEmpty();
  }

  private static void requireRegular(boolean regular) {
    if (!regular) {
      throw new IllegalArgumentException("no text before and after each content");
    }
  }

  /** What a text has after its start. */
  private static String rest(String start, String text) {
    requireRegular(text.startsWith(start));
    return text.substring(start.length());
  }

  /** What a text has before its end. */
  private static String start(String text, String end) {
    requireRegular(text.endsWith(end));
    return text.substring(0, text.length() - end.length());
  }

  private static Frame frame(String text, String content) {
    int place = text.indexOf(content);
    requireRegular(place >= 0);
    return new Frame(text.substring(0, place), text.substring(place + content.length()));
  }

  /** That of the system's message, if the template takes one and it is as regular as the others. */
  private Optional<Frame> system(String head, String turns) {
    try {
      String whole =
          render(true, "system", SYSTEM, "user", USER, "assistant", ANSWER, "user", MORE);
      return Optional.of(frame(rest(head, start(whole, turns)), SYSTEM));
    } catch (IllegalArgumentException refused) {
      return Optional.empty();
    }
  }

  private String render(boolean answerFollows, String... rolesAndContents) {
    List<Map<String, Object>> messages = new ArrayList<>();
    for (int i = 0; i < rolesAndContents.length; i += 2) {
      messages.add(Chat.message(rolesAndContents[i], rolesAndContents[i + 1]));
    }
    return template.render(Chat.of(messages), answerFollows);
  }

  private static String text(Frame user, Frame assistant, Optional<Frame> system, String prompt) {
    StringBuilder text = new StringBuilder("{{ range .Messages }}");
    system.ifPresent(frame -> text.append(role("if", "system", frame)));
    text.append(role(system.isPresent() ? "else if" : "if", "user", user));
    text.append(role("else if", "assistant", assistant));
    return text.append("{{ end }}{{ end }}").append(literal(prompt)).toString();
  }

  private static String role(String test, String role, Frame frame) {
    return "{{ %s eq .Role \"%s\" }}".formatted(test, role)
        + literal(frame.before())
        + "{{ .Content }}"
        + literal(frame.after());
  }

  private static String literal(String text) {
    requireRegular(!text.contains("{{") && !text.contains("}}"));
    return text;
  }
}
