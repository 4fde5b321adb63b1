package dev.lorax.jinja;

import java.util.Collection;

/**
 * What {@code keys()}, {@code values()} and {@code items()} of a dictionary give: it has a length
 * and can be iterated, but has no elements by number.
 *
 * @param name of Python's type, for example {@code dict_keys}
 */
record View(String name, Collection<?> items) {}
