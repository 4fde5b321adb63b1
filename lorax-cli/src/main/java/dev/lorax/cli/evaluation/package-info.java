/**
 * How well models predict and answer data: losses with intervals, differences, exact answers.
 *
 * <pre>{@code
 * List<Score> scores = Evaluator.run(base, Map.of("forum", adapter), options, console);
 * ScoreTable.of(scores).forEach(console::result);
 * }</pre>
 *
 * <p>Sequences are those of {@code dev.lorax.train.Evaluation}, the same for all models, so that
 * differences are paired. Next: {@code dev.lorax.cli.training}, which reads the same files to
 * learn.
 */
package dev.lorax.cli.evaluation;
