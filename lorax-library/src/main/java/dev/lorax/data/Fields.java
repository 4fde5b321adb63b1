package dev.lorax.data;

import java.util.List;
import java.util.Map;

/**
 * Where in a line the parts of a sample are, for files whose fields have other names.
 *
 * @param layout what the fields mean
 * @param names what they are called in the file, in the order of {@link Layout#fields}
 */
public record Fields(Layout layout, List<String> names) {
  /** Checks the number of names. */
  public Fields {
    names = List.copyOf(names);
    if (names.size() != layout.fields().size()) {
      throw new IllegalArgumentException(
          "%s have the fields %s, so give %d names, not %s"
              .formatted(layout, layout.fields(), layout.fields().size(), names));
    }
  }

  /** A layout with its usual names. */
  public static Fields of(Layout layout) {
    return new Fields(layout, layout.fields());
  }

  /** A text in that field or column. */
  public static Fields text(String name) {
    return new Fields(Layout.TEXT, List.of(name));
  }

  /** A prompt and a completion in those fields or columns. */
  public static Fields completion(String prompt, String completion) {
    return new Fields(Layout.COMPLETION, List.of(prompt, completion));
  }

  /** Whether a row has all fields that must be there. */
  boolean fit(Map<String, Object> row) {
    return row.keySet().containsAll(required());
  }

  List<String> required() {
    return names.subList(0, layout.required());
  }

  String name(int place) {
    return names.get(place);
  }
}
