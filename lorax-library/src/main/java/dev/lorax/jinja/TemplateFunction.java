package dev.lorax.jinja;

import java.util.List;
import java.util.Map;

/** A function that a template may call, when it is given as a variable. */
@FunctionalInterface
public interface TemplateFunction {
  /**
   * What the call stands for.
   *
   * @param positional the arguments without names, in order
   * @param named those with names
   * @throws TemplateException if the arguments do not fit; the line is added to it
   */
  Object call(List<Object> positional, Map<String, Object> named);

  /** An argument as the template itself would write it, whatever its type. */
  static String text(Object argument) {
    return Printing.str(argument);
  }
}
