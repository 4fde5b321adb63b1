package dev.lorax.jinja;

/** A call's arguments by the callee's parameters. */
record Bound(String callee, String[] parameters, Object[] values) {
  static final Object MISSING = new Object();

  boolean has(int index) {
    return values[index] != MISSING;
  }

  Object get(int index) {
    if (!has(index)) {
      throw new TemplateException(
          "%s() missing 1 required argument: '%s'".formatted(callee, parameters[index]));
    }
    return values[index];
  }

  Object get(int index, Object fallback) {
    return has(index) ? values[index] : fallback;
  }

  boolean truth(int index, boolean fallback) {
    return Values.truth(get(index, fallback));
  }

  int count(int index, int fallback) {
    return Numbers.count(get(index, (long) fallback));
  }

  /** A string; an error for any other value. */
  String text(int index) {
    String text = Values.text(get(index));
    if (text == null) {
      throw new TemplateException(
          "%s() needs a string for '%s', not %s"
              .formatted(callee, parameters[index], Values.typeName(values[index])));
    }
    return text;
  }

  /** A string, or null where it is None or not given. */
  String textOrNull(int index) {
    return get(index, null) == null ? null : text(index);
  }
}
