/**
 * What a training run has to tell: progress while it happens, files and a chart afterwards.
 *
 * <pre>{@code
 * History history = training.run(Progress.of(console, steps), () -> false);
 * RunFiles.write(Path.of("forum-adapter"), history, summary);   // summary.json, report.html, …
 * }</pre>
 *
 * <p>The files lie beside the adapter's and disturb no reader of it. Before: {@code
 * dev.lorax.cli.training}, which makes the history.
 */
package dev.lorax.cli.report;
