package dev.lorax.graph;

/** A graph together with values for some or all of its parameters. */
public interface Parameterized {
  /** The program. */
  Graph graph();

  /** Values for parameters of the program. */
  Parameters parameters();

  /** Those of the values that training changes: all, unless some are constant. */
  default Parameters trained() {
    return parameters();
  }
}
