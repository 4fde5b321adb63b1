package dev.lorax.data;

import dev.lorax.chat.Chat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes conversations of rows, and sees that they can be learned from. */
final class Conversations {
  private static final String TOOLS = "tools";
  private static final String DOCUMENTS = "documents";
  private static final String SETTINGS = "chat_template_kwargs";
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");

  private Conversations() {}

  static Sample messages(String field, Map<String, Object> row) {
    return conversation(messages(row, field), 0, row);
  }

  /** Those of the prompt, then those of the completion, whose answers alone are learned. */
  static Sample completion(String prompt, String completion, Map<String, Object> row) {
    List<Map<String, Object>> messages = new ArrayList<>(messages(row, prompt));
    List<Map<String, Object>> learned = messages(row, completion);
    messages.addAll(learned);
    int answers = (int) learned.stream().filter(Conversations::isAnswer).count();
    if (answers == 0) {
      throw new Fault(
          Finding.NO_ANSWER, "'%s' has no message of the role assistant".formatted(completion));
    }
    return conversation(messages, answers, row);
  }

  static Sample shareGpt(String field, Map<String, Object> row) {
    List<Map<String, Object>> messages = new ArrayList<>();
    if (row.get("system") instanceof String system && !system.isBlank()) {
      messages.add(Chat.message("system", system));
    }
    objects(row, field).forEach(turn -> messages.add(ShareGpt.message(turn, field)));
    return conversation(messages, 0, row);
  }

  private static Sample conversation(
      List<Map<String, Object>> messages, int answers, Map<String, Object> row) {
    Map<String, Object> last = null;
    for (Map<String, Object> message : messages) {
      last = isAnswer(message) ? message : last;
    }
    if (last == null) {
      throw new Fault(Finding.NO_ANSWER, "no message is of the assistant: nothing to learn");
    }
    if (isEmpty(last.get("content")) && isEmpty(last.get("tool_calls"))) {
      throw new Fault(Finding.EMPTY_ANSWER, "the assistant's last message is empty");
    }
    return new Sample.Conversation(new Chat(messages, tools(row), variables(row)), answers);
  }

  private static List<Map<String, Object>> messages(Map<String, Object> row, String field) {
    List<Map<String, Object>> messages = objects(row, field);
    for (int i = 0; i < messages.size(); i++) {
      Object role = messages.get(i).get("role");
      if (role == null) {
        throw new Fault(
            Finding.MISSING_FIELD,
            "message %d of '%s' has no role, only %s"
                .formatted(i + 1, field, messages.get(i).keySet()));
      }
      if (!ROLES.contains(role)) {
        throw unknownRole(role, ROLES);
      }
    }
    return messages;
  }

  static Fault unknownRole(Object role, Collection<String> known) {
    return new Fault(
        Finding.UNKNOWN_ROLE,
        "the role '%s' is unknown: it must be one of %s"
            .formatted(role, String.join(", ", known.stream().sorted().toList())));
  }

  /** A list of objects, or a string that holds one, as a cell of CSV does. */
  @SuppressWarnings("unchecked") // Jackson's maps have strings as keys
  private static List<Map<String, Object>> objects(Map<String, Object> row, String field) {
    Object value = Rows.Json.value(row.get(field), field);
    if (!(value instanceof List<?> list) || list.isEmpty()) {
      throw new Fault(
          Finding.MISSING_FIELD,
          value == null
              ? "has no field '%s', only %s".formatted(field, row.keySet())
              : "the field '%s' is not a list of messages".formatted(field));
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object element : list) {
      if (!(element instanceof Map)) {
        throw new Fault(
            Finding.MISSING_FIELD,
            "message %d of '%s' is not a JSON object".formatted(objects.size() + 1, field));
      }
      objects.add((Map<String, Object>) element);
    }
    return objects;
  }

  private static boolean isAnswer(Map<String, Object> message) {
    return "assistant".equals(message.get("role"));
  }

  private static boolean isEmpty(Object value) {
    return value == null
        || value instanceof String text && text.isBlank()
        || value instanceof Collection<?> parts && parts.isEmpty();
  }

  private static List<Object> tools(Map<String, Object> row) {
    Object tools = value(row, TOOLS);
    if (tools == null) {
      return List.of();
    }
    if (tools instanceof List<?> list && !list.contains(null)) {
      return List.copyOf(list);
    }
    throw new Fault(
        Finding.MISSING_FIELD, "the field 'tools' is neither a list nor a string that holds one");
  }

  /** Documents and settings: any other column might have a variable's name by chance. */
  private static Map<String, Object> variables(Map<String, Object> row) {
    Map<String, Object> variables = new LinkedHashMap<>();
    if (row.get(DOCUMENTS) instanceof List<?> documents) {
      variables.put(DOCUMENTS, documents);
    }
    Object settings = value(row, SETTINGS);
    if (settings instanceof Map<?, ?> map) {
      map.forEach((name, value) -> variables.put((String) name, value));
    } else if (settings != null) {
      throw new Fault(
          Finding.MISSING_FIELD,
          "the field '%s' is neither an object nor a string that holds one".formatted(SETTINGS));
    }
    return variables;
  }

  /** The value of a field that may be JSON or a string that holds JSON; null where it is empty. */
  private static Object value(Map<String, Object> row, String field) {
    Object value = row.get(field);
    return "".equals(value) ? null : Rows.Json.value(value, field);
  }
}
