package dev.lorax.cli.report;

import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.Observer;
import dev.lorax.model.LanguageModel;
import dev.lorax.train.Step;
import java.util.List;

/** Lets the adapted model go on with the same text now and then, to see it learn. */
public final class SampleTaker implements Observer {
  private final AdapterTraining training;
  private final int[] prompt;
  private final MetricsLog log;
  private final long every;

  /**
   * A taker for one run.
   *
   * @param prompt tokens of the text
   * @param every steps between samples
   */
  public SampleTaker(AdapterTraining training, int[] prompt, MetricsLog log, long every) {
    this.training = training;
    this.prompt = prompt;
    this.log = log;
    this.every = every;
  }

  @Override
  public void settled(Step step) {
    if (step.number() % every == 0) {
      LanguageModel base = training.base();
      String text = Sample.adapted(base, training.adapter(), prompt, step.number());
      log.sampled(
          step.number(), List.of(new Metric.Continuation(base.tokenizer().decode(prompt), text)));
    }
  }
}
