package dev.lorax.model;

import java.util.List;

/**
 * An architecture whose value is not the next token but the class of a whole sequence, read at its
 * first token: {@code [rows asked for, classes]}.
 */
public interface Classifier extends Architecture {
  /** The names of the classes, in the order of the value's columns. */
  List<String> labels();

  /** How many texts a sequence may have that types tell apart; 1: none are told apart. */
  int types();

  /**
   * The nodes that are made anew for other classes, and trained whole beside an adapter: what PEFT
   * calls {@code modules_to_save}.
   */
  List<String> head();
}
