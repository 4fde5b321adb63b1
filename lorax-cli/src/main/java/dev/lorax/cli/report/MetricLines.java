package dev.lorax.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.classify.Accuracy;
import dev.lorax.classify.Scores;
import dev.lorax.cli.report.Metric.Continuation;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Events of a run as lines of JSON, both ways. */
final class MetricLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private MetricLines() {}

  /** A line with its end. */
  static String write(Metric metric) {
    ObjectNode line = JSON.createObjectNode().put("step", metric.step());
    if (metric instanceof Metric.Stepped stepped) {
      step(line, stepped);
    } else if (metric instanceof Metric.Measured measured) {
      Evaluation evaluation = measured.measure().evaluation();
      line.put("evalLoss", evaluation.loss()).put("evalSupervised", evaluation.supervised());
      measured.measure().scores().ifPresent(scores -> scores(line, scores));
    } else if (metric instanceof Metric.Sampled sampled) {
      ArrayNode samples = line.putArray("samples");
      sampled
          .samples()
          .forEach(s -> samples.addObject().put("prompt", s.prompt()).put("text", s.text()));
    } else {
      line.put("resumed", true);
    }
    return line.put("seconds", metric.time().toNanos() / 1e9) + "\n";
  }

  private static void scores(ObjectNode line, Scores scores) {
    line.put("evalRight", scores.accuracy().right()).put("evalMacroF1", scores.macroF1());
  }

  private static void step(ObjectNode line, Metric.Stepped stepped) {
    Step step = stepped.taken();
    line.put("of", step.of())
        .put("loss", step.loss())
        .put("learningRate", step.learningRate())
        .put("gradientNorm", step.gradientNorm())
        .put("supervised", step.supervised())
        .put("tokens", step.tokens());
    stepped.memory().ifPresent(bytes -> line.put("memoryBytes", bytes));
  }

  /** The event of a line; empty if it is none, for example because it is torn. */
  static Optional<Metric> read(String text) {
    try {
      JsonNode line = JSON.readTree(text);
      return line.path("step").isIntegralNumber() ? Optional.of(metric(line)) : Optional.empty();
    } catch (JsonProcessingException torn) {
      return Optional.empty();
    }
  }

  private static Metric metric(JsonNode line) {
    long step = line.get("step").asLong();
    if (line.has("loss")) {
      JsonNode memory = line.path("memoryBytes");
      return new Metric.Stepped(
          step(step, line),
          memory.isNumber() ? OptionalLong.of(memory.asLong()) : OptionalLong.empty());
    }
    if (line.has("evalLoss")) {
      return new Metric.Measured(measure(step, line), time(line));
    }
    return line.has("samples")
        ? new Metric.Sampled(step, samples(line.get("samples")), time(line))
        : new Metric.Resumed(step);
  }

  private static Measure measure(long step, JsonNode line) {
    double loss = number(line, "evalLoss");
    long count = line.path("evalSupervised").asLong();
    if (line.has("evalRight")) {
      Accuracy accuracy = new Accuracy(line.get("evalRight").asInt(), (int) count);
      return Measure.of(step, new Scores(accuracy, number(line, "evalMacroF1"), loss));
    }
    return new Measure(step, new Evaluation(loss, count));
  }

  private static Step step(long number, JsonNode line) {
    return new Step(
        number,
        line.path("of").asLong(),
        number(line, "loss"),
        number(line, "learningRate"),
        number(line, "gradientNorm"),
        line.path("supervised").asInt(),
        line.path("tokens").asInt(),
        time(line));
  }

  private static List<Continuation> samples(JsonNode array) {
    List<Continuation> samples = new ArrayList<>();
    array.forEach(
        s -> samples.add(new Continuation(s.path("prompt").asText(), s.path("text").asText())));
    return samples;
  }

  private static Duration time(JsonNode line) {
    return Duration.ofNanos(Math.round(line.path("seconds").asDouble() * 1e9));
  }

  /** JSON has no NaN and no infinity: they are text there. */
  private static double number(JsonNode line, String name) {
    JsonNode value = line.path(name);
    return value.isNumber() ? value.asDouble() : Double.parseDouble(value.asText("NaN"));
  }
}
