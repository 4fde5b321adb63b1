package dev.lorax.data;

import java.util.List;
import java.util.Map;

/**
 * Makes a sample of a row.
 *
 * @param fields where in a row what is
 */
record SampleReader(Fields fields) {
  Sample read(Map<String, Object> row) {
    return switch (fields.layout()) {
      case TEXT -> text(row);
      case COMPLETION -> completion(row);
      case ALPACA -> instruction(row);
      case MESSAGES -> Conversations.messages(fields.name(0), row);
      case SHAREGPT -> Conversations.shareGpt(fields.name(0), row);
    };
  }

  private Sample text(Map<String, Object> row) {
    String text = string(row, 0);
    if (text.isEmpty()) {
      throw new Fault(Finding.EMPTY_TEXT, "the field '%s' is empty".formatted(fields.name(0)));
    }
    return new Sample.Text(text);
  }

  private Sample completion(Map<String, Object> row) {
    String prompt = fields.name(0);
    String completion = fields.name(1);
    boolean lists = row.get(completion) instanceof List;
    if (lists != row.get(prompt) instanceof List) {
      throw new Fault(
          Finding.MISSING_FIELD,
          "'%s' and '%s' must both be texts or both be lists of messages"
              .formatted(prompt, completion));
    }
    return lists
        ? Conversations.completion(prompt, completion, row)
        : new Sample.Completion(string(row, 0), answer(row, 1));
  }

  private Sample instruction(Map<String, Object> row) {
    String output = answer(row, 1);
    boolean alone = row.get(fields.name(2)) == null;
    return new Sample.Instruction(string(row, 0), alone ? "" : string(row, 2), output);
  }

  private String answer(Map<String, Object> row, int place) {
    String answer = string(row, place);
    if (answer.isBlank()) {
      throw new Fault(
          Finding.EMPTY_ANSWER, "the answer in '%s' is empty".formatted(fields.name(place)));
    }
    return answer;
  }

  private String string(Map<String, Object> row, int place) {
    String name = fields.name(place);
    Object value = row.get(name);
    if (value instanceof String text) {
      return text;
    }
    throw new Fault(
        Finding.MISSING_FIELD,
        value == null
            ? "has no field '%s', only %s".formatted(name, row.keySet())
            : "the field '%s' is not a text".formatted(name));
  }
}
