package dev.lorax.jinja;

/** A name without a value: it prints as nothing, is false, and is an error anywhere else. */
record Undefined(String message) {
  /** The value of a name that nothing defines. */
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  /** The value of a part that an object does not have. */
  static Undefined part(Object owner, Object part) {
    String type = owner == null ? "None" : Values.typeName(owner) + " object";
    return Values.text(part) != null
        ? new Undefined("'" + type + "' has no attribute '" + Values.text(part) + "'")
        : new Undefined(type + " has no element " + Printing.repr(part));
  }

  /** The value of what the sandbox keeps from templates. */
  static Undefined unsafe(Object owner, String part) {
    return new Undefined(
        "access to attribute '%s' of '%s' object is unsafe."
            .formatted(part, Values.typeName(owner)));
  }

  TemplateException error() {
    return new TemplateException(message);
  }
}
