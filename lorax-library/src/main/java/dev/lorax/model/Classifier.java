package dev.lorax.model;

import java.util.List;

/**
 * An architecture whose value is not the next token but the class of a whole sequence, read at its
 * first token: {@code [rows asked for, classes]}.
 */
public interface Classifier extends Architecture {
  /** The names of the classes, in the order of the value's columns. */
  List<String> labels();
}
