package dev.lorax.jinja;

import java.util.Iterator;

/** Python's generator: values that are made when asked for, once. */
record Lazy(Iterator<?> items) {}
