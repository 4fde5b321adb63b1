package dev.lorax.data;

import java.util.List;
import java.util.Set;

/**
 * A sample as tokens.
 *
 * @param examples one as a rule; none if there is nothing to learn, several if it was split
 * @param findings what was remarkable about it
 */
public record Encoded(List<Example> examples, Set<Finding> findings) {
  /** Copies both. */
  public Encoded {
    examples = List.copyOf(examples);
    findings = Set.copyOf(findings);
  }
}
