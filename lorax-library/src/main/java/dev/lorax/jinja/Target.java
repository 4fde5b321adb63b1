package dev.lorax.jinja;

import java.util.List;

/** What a value can be given to: names, and attributes of namespaces. */
@FunctionalInterface
interface Target {
  void assign(Frame frame, Object value);

  static Target name(String name) {
    return (frame, value) -> frame.set(name, value);
  }

  static Target attribute(String name, String attribute) {
    return (frame, value) -> {
      if (!(frame.find(name) instanceof Namespace namespace)) {
        throw new TemplateException("cannot assign attribute on non-namespace object");
      }
      namespace.attributes().put(attribute, value);
    };
  }

  static Target tuple(List<Target> targets) {
    return (frame, value) -> {
      if (value instanceof Undefined) {
        throw unpacking(targets.size(), 0);
      }
      List<Object> values = Values.list(value);
      if (values.size() != targets.size()) {
        throw unpacking(targets.size(), values.size());
      }
      for (int i = 0; i < values.size(); i++) {
        targets.get(i).assign(frame, values.get(i));
      }
    };
  }

  private static TemplateException unpacking(int expected, int got) {
    return new TemplateException(
        got > expected
            ? "too many values to unpack (expected %d)".formatted(expected)
            : "not enough values to unpack (expected %d, got %d)".formatted(expected, got));
  }
}
