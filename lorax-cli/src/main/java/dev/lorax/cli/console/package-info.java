/**
 * How a command speaks: results on one stream, notes and errors on the other.
 *
 * <pre>{@code
 * Console console = Console.system();
 * console.note("data", Figures.count(tokens) + " tokens");
 * throw Failure.of(file + " holds no text: there is nothing to learn from");
 * }</pre>
 *
 * <p>Nothing here knows what the commands do. Next: {@code dev.lorax.cli.training}, the run that
 * {@code train} watches.
 */
package dev.lorax.cli.console;
