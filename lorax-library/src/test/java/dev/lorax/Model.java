package dev.lorax;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;

/**
 * A graph and its values.
 *
 * @param graph the program
 * @param parameters its values, which whoever made them closes
 */
public record Model(Graph graph, Parameters parameters) implements Parameterized {}
