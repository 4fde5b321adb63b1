package dev.lorax.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A conversation as a chat template reads it: values as JSON has them, in the order of the file.
 *
 * @param messages each with at least a {@code role}; everything else is the template's business
 * @param tools descriptions of functions that the model may call; empty: none
 * @param variables what else the template may read, for example {@code enable_thinking}; what a
 *     model's template has of its own, such as {@code bos_token}, stays as it is
 */
public record Chat(
    List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> variables) {

  /** Copies the lists. */
  public Chat {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }

  /** A conversation of those messages, with no tools. */
  public static Chat of(List<Map<String, Object>> messages) {
    return new Chat(messages, List.of(), Map.of());
  }

  /** A message of that role. */
  public static Map<String, Object> message(String role, String content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return Collections.unmodifiableMap(message);
  }
}
