package dev.lorax.jinja;

/** A value with attributes of its own, such as {@code loop}. */
interface Attributes {
  /** The attribute of that name, or {@link Bound#MISSING}. */
  Object attribute(String name);
}
