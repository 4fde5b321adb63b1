package dev.lorax.jinja;

import java.util.Map;

/** Jinja's namespace: attributes that a loop can set for those outside. */
record Namespace(Map<String, Object> attributes) implements Attributes {
  @Override
  public Object attribute(String name) {
    return attributes.getOrDefault(name, Bound.MISSING);
  }
}
