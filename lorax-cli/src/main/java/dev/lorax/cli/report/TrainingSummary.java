package dev.lorax.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.classify.Scores;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.cli.training.TrainingOptions;
import dev.lorax.cli.training.TrainingPlan;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.Engine;
import java.util.Optional;
import java.util.OptionalLong;

/** The numbers of a training run as one JSON object: summary.json, and {@code --json}. */
public final class TrainingSummary {
  private final ObjectNode json = new ObjectMapper().createObjectNode();

  private TrainingSummary() {}

  /**
   * The summary of a run that has ended.
   *
   * @param saved the step after which the adapter was what has been saved
   */
  public static ObjectNode of(AdapterTraining training, History history, long saved) {
    TrainingSummary summary = new TrainingSummary();
    summary.outcome(history);
    summary.measures(history);
    summary.saved(history, saved);
    summary.sizes(training.base(), training.adapter());
    summary.speed(history);
    summary.memory(training.base(), training);
    summary.recipe(training.plan(), training.material().limit(), training.options());
    summary.adapter(training.adapter());
    return summary.json;
  }

  private void outcome(History history) {
    boolean failed = history.failure().isPresent();
    json.put("outcome", failed ? "failed" : history.interrupted() ? "interrupted" : "done");
    history.failure().ifPresent(failure -> json.put("failure", failure.getMessage()));
    json.put("steps", history.steps().size());
    json.put("tokens", history.tokens());
  }

  private void measures(History history) {
    put("Before", history.before());
    put("After", history.after());
    put("Best", history.best());
    history.best().ifPresent(best -> json.put("bestStep", best.step()));
    if (!history.steps().isEmpty()) {
      json.put("lossLast", history.steps().get(history.steps().size() - 1).loss());
    }
  }

  private void put(String when, Optional<Measure> measure) {
    measure.ifPresent(
        found -> {
          json.put("evalLoss" + when, found.evaluation().loss());
          found
              .scores()
              .ifPresentOrElse(
                  scores -> scores(when, scores),
                  () -> json.put("perplexity" + when, found.evaluation().perplexity()));
        });
  }

  private void scores(String when, Scores scores) {
    json.put("accuracy" + when, scores.accuracy().share());
    json.put("macroF1" + when, scores.macroF1());
  }

  private void saved(History history, long step) {
    json.put("endedEarly", history.gaveUp());
    json.put("savedStep", step);
    put("Saved", history.after(step));
  }

  private void sizes(LanguageModel base, Adapter adapter) {
    long trainable = adapter.trained().count();
    json.put("trainableParameters", trainable);
    json.put("allParameters", base.parameters().count() + trainable);
  }

  private void speed(History history) {
    json.put("seconds", history.time().toNanos() / 1e9);
    json.put("tokensPerSecond", history.tokensPerSecond());
    OptionalLong peak = ResidentMemory.peak();
    peak.ifPresent(bytes -> json.put("peakMemoryBytes", bytes));
  }

  private void memory(LanguageModel base, AdapterTraining training) {
    json.put("dtype", base.parameters().format());
    json.put("threads", Engine.threads());
    json.put("expectedMemoryBytes", training.memory().peak());
    json.put("recompute", training.memory().recomputation().share());
  }

  private void recipe(TrainingPlan plan, int limit, TrainingOptions options) {
    json.put("seed", options.seed);
    ObjectNode recipe = json.putObject("recipe");
    recipe.put("steps", plan.steps());
    recipe.put("epochs", plan.epochs());
    recipe.put("batchSize", options.batchSize);
    recipe.put("maxLength", limit);
    recipe.put("accumulate", options.accumulate);
    recipe.put("consecutive", options.consecutive);
    recipe.put("learningRate", options.learningRate);
    recipe.put("schedule", options.schedule.toString());
    recipe.put("warmup", plan.warmup());
    recipe.put("weightDecay", options.weightDecay);
    recipe.put("clip", options.clip);
    recipe.put("heldOut", options.share());
    recipe.put("evalEvery", plan.evalEvery());
  }

  private void adapter(Adapter adapter) {
    Lora first = adapter.lora(adapter.nodes().get(0));
    ObjectNode lora = json.putObject("adapter");
    lora.put("rank", first.rank());
    lora.put("alpha", first.alpha());
    lora.put("dropout", first.dropout().probability());
    lora.put("modules", adapter.nodes().size());
    AdapterModules.names(adapter).forEach(lora.putArray("targets")::add);
  }
}
