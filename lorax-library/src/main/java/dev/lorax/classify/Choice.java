package dev.lorax.classify;

import java.util.List;

/**
 * What a classifier says of a text.
 *
 * @param label the name of the likeliest class
 * @param probabilities of all classes, in their order; they add up to 1
 */
public record Choice(String label, List<Double> probabilities) {}
