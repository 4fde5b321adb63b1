package dev.lorax.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.report.AdapterModules;
import dev.lorax.lora.Adapter;
import dev.lorax.tensor.Engine;
import dev.lorax.tensor.MachineLimits.Rate;

/** The figures of a benchmark as one JSON object, with everything in it. */
final class Report {
  private final ObjectNode json = new ObjectMapper().createObjectNode();

  private Report() {}

  /** All of it. */
  static ObjectNode of(Measured measured, Machine machine) {
    Report report = new Report();
    report.json.put("bench", measured.bench());
    report.model(measured.subject());
    report.setting(measured);
    measured.adapter().ifPresent(adapter -> report.adapter(adapter, measured.adapters()));
    report.times(measured.repetition());
    report.json.put("tokensPerIteration", measured.tokens());
    report.json.put("tokensPerSecond", measured.tokensPerSecond());
    memory(report.json.putObject("memory"), measured.repetition().memory());
    report.limit(measured);
    machine.write(report.json.putObject("machine"));
    report.json.put("date", machine.time().toString());
    return report.json;
  }

  private void model(Subject subject) {
    Work work = Work.of(subject);
    ObjectNode model = json.putObject("model");
    model.put("source", subject.source());
    model.put("family", subject.family());
    model.put("random", subject.isRandom());
    model.put("parameters", subject.graph().parameterCount());
    model.put("parametersThatMultiply", work.numbers());
    model.put("matrixBytes", work.bytes());
  }

  private void setting(Measured measured) {
    json.put("dtype", measured.subject().type().toString());
    json.put("batch", measured.batch());
    json.put("seq", measured.seq());
    json.put("threads", Engine.threads());
  }

  private void adapter(Adapter adapter, int count) {
    ObjectNode lora = json.putObject("adapter");
    lora.put("count", count);
    lora.put("rank", adapter.lora(adapter.nodes().get(0)).rank());
    lora.put("modules", adapter.nodes().size());
    lora.put("parameters", adapter.trained().count());
    AdapterModules.names(adapter).forEach(lora.putArray("targets")::add);
  }

  private void times(Repetition repetition) {
    json.put("warmup", repetition.warmup());
    json.put("iterations", repetition.millis().count());
    spread(json.putObject("milliseconds"), repetition.millis());
    repetition
        .beside()
        .ifPresent(other -> spread(json.putObject(other.other().key()), other.ratios()));
  }

  static void spread(ObjectNode json, Spread spread) {
    json.put("min", spread.min());
    json.put("lowerQuartile", spread.lower());
    json.put("median", spread.median());
    json.put("upperQuartile", spread.upper());
    json.put("max", spread.max());
  }

  private static void memory(ObjectNode json, MemoryWatch.Memory memory) {
    memory.peak().ifPresent(bytes -> json.put("peakBytes", bytes));
    memory.expected().ifPresent(bytes -> json.put("expectedPeakBytes", bytes));
    memory.anonymous().ifPresent(bytes -> json.put("peakAnonymousBytes", bytes));
  }

  private void limit(Measured measured) {
    Limit found = measured.limit();
    ObjectNode limit = json.putObject("limit");
    limit.put("formula", found.reason());
    limit.put("unit", found.unit());
    ArrayNode rates = limit.putArray("rates");
    for (Rate rate : found.rates()) {
      rates.addObject().put("what", rate.what()).put("perSecond", rate.perSecond());
    }
    limit.put("milliseconds", found.seconds() * 1e3);
    limit.put("tokensPerSecond", measured.limitTokensPerSecond());
    limit.put("share", measured.share());
  }
}
