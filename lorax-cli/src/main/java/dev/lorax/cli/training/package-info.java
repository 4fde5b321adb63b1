/**
 * A training run from text file to history, with no output of its own.
 *
 * <pre>{@code
 * TextData data = TextData.read(Path.of("forum.txt"), base.tokenizer(), 0.1);
 * try (AdapterTraining training =
 *     new AdapterTraining(base, new LoraOptions().config(), data, new TrainingOptions())) {
 *   History history = training.run(observer, () -> false);
 *   PeftFolder.write(Path.of("forum-adapter"), base, training.adapter());
 * }
 * }</pre>
 *
 * <p>{@link dev.lorax.cli.training.TrainingRun} is the loop, and serves any trainer. Next: {@code
 * dev.lorax.cli.report} tells it, while it happens and afterwards.
 */
package dev.lorax.cli.training;
