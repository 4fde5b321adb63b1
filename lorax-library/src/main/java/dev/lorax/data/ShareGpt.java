package dev.lorax.data;

import dev.lorax.chat.Chat;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns in the layout of ShareGPT as messages. */
final class ShareGpt {
  private static final String CALL = "function_call";

  /** Who speaks there, and which role that is. */
  private static final Map<String, String> ROLES =
      Map.ofEntries(
          Map.entry("system", "system"),
          Map.entry("human", "user"),
          Map.entry("user", "user"),
          Map.entry("gpt", "assistant"),
          Map.entry("assistant", "assistant"),
          Map.entry(CALL, "assistant"),
          Map.entry("tool", "tool"),
          Map.entry("observation", "tool"));

  private ShareGpt() {}

  static Map<String, Object> message(Map<String, Object> turn, String field) {
    if (!(turn.get("from") instanceof String from)
        || !(turn.get("value") instanceof String value)) {
      throw new Fault(
          Finding.MISSING_FIELD,
          "a turn of '%s' lacks from or value: it has %s".formatted(field, turn.keySet()));
    }
    String role = ROLES.get(from);
    if (role == null) {
      throw Conversations.unknownRole(from, ROLES.keySet());
    }
    return from.equals(CALL) ? call(value) : Chat.message(role, value);
  }

  /** {@code {"name": …, "arguments": …}}, or a list of those, as a message with tool calls. */
  private static Map<String, Object> call(String value) {
    Object calls = Rows.Json.value(value, CALL);
    List<?> list = calls instanceof List<?> several ? several : Collections.singletonList(calls);
    if (list.contains(null)) {
      throw new Fault(Finding.MISSING_FIELD, "a function_call is null");
    }
    Map<String, Object> message = new LinkedHashMap<>(Chat.message("assistant", ""));
    message.put(
        "tool_calls",
        list.stream().map(call -> Map.of("type", "function", "function", call)).toList());
    return message;
  }
}
