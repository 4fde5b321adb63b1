package dev.lorax.lora;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Values by regular expressions for the ends of names, after a dot: PEFT's rule for patterns. */
public final class NamePatterns<V> {
  private final Map<Pattern, V> values = new LinkedHashMap<>();

  /**
   * The patterns, of which the first that matches counts.
   *
   * @throws IllegalArgumentException if one is no regular expression
   */
  public NamePatterns(Map<String, V> patterns) {
    patterns.forEach((pattern, value) -> values.put(compiled(pattern), value));
  }

  private static Pattern compiled(String pattern) {
    try {
      return Pattern.compile("(.*\\.)?(" + pattern + ")");
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          "'%s' is no pattern: %s".formatted(pattern, broken.getDescription()), broken);
    }
  }

  /** The value for a name, if a pattern matches. */
  public Optional<V> of(String name) {
    return values.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(name).matches())
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
