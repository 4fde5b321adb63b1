package dev.lorax.chat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Conversations, and the texts that docs/interop/chat_cases.py has written of them. */
record ChatCases(
    String now, Map<String, Object> variables, Map<String, Content> chats, List<Case> cases) {

  /** A conversation as the file has it. */
  record Content(
      List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> variables) {
    Chat chat() {
      return new Chat(
          messages,
          tools == null ? List.of() : tools,
          variables == null ? new LinkedHashMap<>() : variables);
    }
  }

  /** What transformers makes of a conversation; no text: the template refuses it. */
  record Case(
      String template,
      String chat,
      String text,
      String error,
      String prompted,
      List<List<Integer>> marked,
      Integer completion) {
    @Override
    public String toString() {
      return template + ": " + chat;
    }
  }

  static ChatCases read() {
    try (InputStream file = ChatCases.class.getResourceAsStream("/chat/cases.json")) {
      return new ObjectMapper().readValue(file, ChatCases.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String source(String template) {
    try (InputStream file = ChatCases.class.getResourceAsStream("/chat/" + template + ".jinja")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A template at the time of the texts. */
  ChatTemplate template(String name) {
    Clock clock = Clock.fixed(LocalDateTime.parse(now).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
    return ChatTemplate.parse(source(name), variables).at(clock);
  }

  Chat chat(String name) {
    return chats.get(name).chat();
  }
}
