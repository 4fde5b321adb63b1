package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A macro where it is defined.
 *
 * @param frame the one that it sees
 */
record Macro(Definition definition, Frame frame) implements TemplateFunction, Attributes {

  /**
   * What a template says of a macro.
   *
   * @param defaults of the last parameters
   * @param uses which of {@code caller}, {@code kwargs} and {@code varargs} its body mentions
   */
  record Definition(
      String name,
      List<String> parameters,
      List<Expression> defaults,
      List<String> uses,
      Body body) {
    boolean uses(String special) {
      return uses.contains(special) && !parameters.contains(special);
    }
  }

  String name() {
    return definition.name();
  }

  @Override
  public Object attribute(String name) {
    return switch (name) {
      case "name" -> name();
      case "arguments" -> new Tuple(definition.parameters().toArray());
      case "catch_kwargs" -> definition.uses("kwargs");
      case "catch_varargs" -> definition.uses("varargs");
      case "caller" -> definition.uses("caller");
      default -> Bound.MISSING;
    };
  }

  @Override
  public Object call(List<Object> positional, Map<String, Object> named) {
    Frame inner = frame.inner();
    List<String> parameters = definition.parameters();
    Map<String, Object> rest = new LinkedHashMap<>(named);
    List<Integer> absent = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      if (i < positional.size()) {
        inner.set(parameters.get(i), positional.get(i));
      } else if (rest.containsKey(parameters.get(i))) {
        inner.set(parameters.get(i), rest.remove(parameters.get(i)));
      } else {
        absent.add(i);
      }
    }
    special(inner, positional, rest);
    return frame
        .rendering()
        .capture(
            () -> {
              absent.forEach(i -> setDefault(inner, i));
              definition.body().run(inner);
            });
  }

  private void setDefault(Frame inner, int index) {
    String name = definition.parameters().get(index);
    int fallback = index - definition.parameters().size() + definition.defaults().size();
    inner.set(
        name,
        fallback < 0
            ? new Undefined("parameter '" + name + "' was not provided")
            : definition.defaults().get(fallback).evaluate(inner));
  }

  private void special(Frame inner, List<Object> positional, Map<String, Object> rest) {
    if (definition.uses("caller")) {
      Object caller = rest.remove("caller");
      inner.set("caller", caller == null ? new Undefined("No caller defined") : caller);
    }
    if (definition.uses("kwargs")) {
      inner.set("kwargs", rest);
    } else if (!rest.isEmpty()) {
      throw new TemplateException(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(name(), rest.keySet().iterator().next()));
    }
    int count = definition.parameters().size();
    if (definition.uses("varargs")) {
      List<Object> more = positional.subList(Math.min(count, positional.size()), positional.size());
      inner.set("varargs", new Tuple(more.toArray()));
    } else if (positional.size() > count) {
      throw new TemplateException(
          "macro '%s' takes not more than %d argument(s)".formatted(name(), count));
    }
  }
}
