package dev.lorax.graph;

/** A graph together with values for some or all of its parameters. */
public interface Parameterized {
  /** The program. */
  Graph graph();

  /** Values for parameters of the program. */
  Parameters parameters();
}
