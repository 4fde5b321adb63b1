package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a call gives.
 *
 * @param callee its name in messages
 */
record Arguments(String callee, List<Object> positional, Map<String, Object> named) {

  static Arguments of(String callee, Object... positional) {
    return new Arguments(callee, Arrays.asList(positional), Map.of());
  }

  /** The same with one more in front: a filter's value, a method's owner. */
  Arguments after(Object first) {
    List<Object> all = new ArrayList<>(positional.size() + 1);
    all.add(first);
    all.addAll(positional);
    return new Arguments(callee, all, named);
  }

  /** Takes the steps to read the texts among them. */
  void read() {
    positional.forEach(Budget::read);
    named.values().forEach(Budget::read);
  }

  /** The same without the first ones. */
  Arguments from(int first) {
    return new Arguments(callee, positional.subList(first, positional.size()), named);
  }

  /** The arguments in the order of the callee's parameters; an error for any that it lacks. */
  Bound bind(String... parameters) {
    if (positional.size() > parameters.length) {
      throw new TemplateException(
          "%s() takes at most %d arguments (%d given)"
              .formatted(callee, parameters.length, positional.size()));
    }
    Object[] values = Arrays.copyOf(positional.toArray(), parameters.length);
    Arrays.fill(values, positional.size(), values.length, Bound.MISSING);
    Map<String, Object> rest = new LinkedHashMap<>(named);
    for (int i = 0; i < parameters.length; i++) {
      if (rest.containsKey(parameters[i])) {
        if (values[i] != Bound.MISSING) {
          throw new TemplateException(
              "%s() got multiple values for argument '%s'".formatted(callee, parameters[i]));
        }
        values[i] = rest.remove(parameters[i]);
      }
    }
    if (!rest.isEmpty()) {
      throw new TemplateException(
          "%s() got an unexpected keyword argument '%s'"
              .formatted(callee, rest.keySet().iterator().next()));
    }
    return new Bound(callee, parameters, values);
  }
}
