package dev.lorax.jinja;

import java.util.HashMap;
import java.util.Map;

/** The names that a place in a template sees. */
final class Frame {
  private final Rendering rendering;
  private final Frame outer;
  private final Map<String, Object> variables;

  private Frame(Rendering rendering, Frame outer, Map<String, Object> variables) {
    this.rendering = rendering;
    this.outer = outer;
    this.variables = variables;
  }

  /** The frame of a whole template. */
  static Frame root(Rendering rendering, Map<String, ?> variables) {
    Frame globals = new Frame(rendering, null, new HashMap<>(Globals.BY_NAME));
    globals.variables.putAll(variables);
    return globals.inner();
  }

  /** A frame that sees this one, and whose own names are gone with it. */
  Frame inner() {
    return new Frame(rendering, this, new HashMap<>(4));
  }

  Rendering rendering() {
    return rendering;
  }

  Budget budget() {
    return rendering.budget();
  }

  Object find(String name) {
    for (Frame frame = this; frame != null; frame = frame.outer) {
      Object value = frame.variables.get(name);
      if (value != null || frame.variables.containsKey(name)) {
        return value;
      }
    }
    return Undefined.name(name);
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }
}
