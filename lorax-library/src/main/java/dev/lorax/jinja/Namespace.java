package dev.lorax.jinja;

import java.util.Map;

/** Jinja's namespace: attributes that a loop can set for those outside. It equals itself alone. */
final class Namespace implements Attributes {
  private final Map<String, Object> attributes;

  Namespace(Map<String, Object> attributes) {
    this.attributes = attributes;
  }

  Map<String, Object> attributes() {
    return attributes;
  }

  @Override
  public Object attribute(String name) {
    return attributes.getOrDefault(name, Bound.MISSING);
  }
}
