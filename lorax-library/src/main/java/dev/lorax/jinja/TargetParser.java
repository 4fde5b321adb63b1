package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;

/** Reads what values are given to, in loops and {@code set}. */
final class TargetParser {
  private static final int DEEPEST = 100;

  private final TokenStream stream;
  private int depth;

  TargetParser(TokenStream stream) {
    this.stream = stream;
  }

  /** The targets of a loop, and the word after them. */
  Target loopTarget() {
    int first = stream.position();
    Target target = target("in");
    if (stream.since(first).stream().anyMatch(token -> token.isName("loop"))) {
      throw stream.fail("Can't assign to special loop variable in for-loop target");
    }
    stream.expectName("in");
    return target;
  }

  /** One target or more, up to a word; a namespace's attribute where no word ends them. */
  Target target(String end) {
    List<Target> targets = new ArrayList<>();
    boolean tuple = false;
    while (!(end != null && stream.atName(end))) {
      targets.add(stream.skipOperator("(") ? inParentheses() : single());
      if (!stream.skipOperator(",")) {
        break;
      }
      tuple = true;
    }
    if (targets.isEmpty()) {
      throw stream.fail("Expected an expression, got '" + stream.current().description() + "'");
    }
    return tuple ? Target.tuple(targets) : targets.get(0);
  }

  private Target inParentheses() {
    if (++depth > DEEPEST) {
      throw stream.fail("targets are nested too deeply");
    }
    Target target = target(null);
    depth--;
    stream.expectOperator(")");
    return target;
  }

  private Target single() {
    String name = stream.name();
    if (List.of("true", "false", "none", "True", "False", "None").contains(name)) {
      throw stream.fail("can't assign to 'const'");
    }
    return stream.skipOperator(".") ? Target.attribute(name, stream.name()) : Target.name(name);
  }
}
